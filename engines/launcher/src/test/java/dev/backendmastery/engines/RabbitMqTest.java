package dev.backendmastery.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RabbitMqTest {

    private static final String QUEUE = "kept";

    @Test
    @DisplayName("keeps a persistent message over a restart, serves again after kill -9, close leaves no process")
    void survivesRestartAndKill() throws Exception {
        assumeTrue(RabbitMq.isInstalled(), "RabbitMQ is not installed on this machine");
        List<ProcessHandle> processes;
        RabbitMq server = RabbitMq.start();
        var folder = server.logFile().getParent();
        try (server) {
            try (Connection connection = connect(server);
                    Channel channel = connection.createChannel()) {
                channel.confirmSelect();
                channel.queueDeclare(QUEUE, true, false, false, null);
                channel.basicPublish(
                        "", QUEUE, MessageProperties.PERSISTENT_BASIC, "kept".getBytes(StandardCharsets.UTF_8));
                channel.waitForConfirmsOrDie(10_000);
            }
            // An orderly end: after kill -9 a queue that was declared a moment before may be gone, for RabbitMQ
            // confirms
            // messages but keeps what it knows of queues in a log that it writes with delay.
            server.stop();
            assertFalse(server.isRunning());
            server.restart();
            try (Connection connection = connect(server);
                    Channel channel = connection.createChannel()) {
                GetResponse message = channel.basicGet(QUEUE, true);
                assertNotNull(message);
                assertEquals("kept", new String(message.getBody(), StandardCharsets.UTF_8));
            }
            server.kill();
            assertFalse(server.isRunning());
            server.restart();
            connect(server).close();
            processes = ProcessHandle.current()
                    .descendants()
                    .filter(process -> process.info().command().orElse("").matches(".*(beam|epmd|erl_child).*"))
                    .toList();
            assertTrue(processes.size() >= 2, processes::toString);
        }
        assertTrue(
                Await.until(Duration.ofSeconds(30), () -> processes.stream().noneMatch(ProcessHandle::isAlive)),
                processes::toString);
        assertFalse(Files.exists(folder));
    }

    @Test
    @DisplayName("where it is not installed, the message says how to install it or name another")
    void notInstalled() {
        assumeFalse(RabbitMq.isInstalled(), "RabbitMQ is installed on this machine");
        String message = String.valueOf(
                assertThrows(EngineStartException.class, RabbitMq::start).getMessage());
        assertTrue(message.contains("apt-get install rabbitmq-server") && message.contains("BM_RABBITMQ_URL"), message);
    }

    private static Connection connect(RabbitMq server) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(server.uri());
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection();
    }
}
