package dev.backendmastery.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;

class RedisClusterTest {

    @Test
    @DisplayName("keys are spread over three masters and found again through any")
    void cluster() {
        RedisCluster cluster = Engines.redisCluster();
        Set<HostAndPort> nodes = Arrays.stream(cluster.nodes().split(",", -1))
                .map(HostAndPort::from)
                .collect(Collectors.toSet());
        try (RedisClusterClient client =
                RedisClusterClient.builder().nodes(nodes).build()) {
            for (int i = 0; i < 300; i++) {
                client.set("RedisClusterTest:" + i, Integer.toString(i));
            }
            for (int i = 0; i < 300; i++) {
                assertEquals(Integer.toString(i), client.get("RedisClusterTest:" + i));
            }
        }
        assumeFalse(cluster.isExternal(), "the nodes of an external cluster are its owner's");
        assertEquals(3, cluster.masters().size());
        for (Redis master : cluster.masters()) {
            try (RedisClient client = RedisClient.create(master.uri())) {
                assertTrue(client.dbSize() > 50, () -> master.uri() + " has " + client.dbSize() + " keys");
            }
        }
    }
}
