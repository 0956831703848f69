package dev.backendmastery.engines;

import java.util.List;

/** Prints how long each private server takes to start, three times: the table in the README. */
final class StartTimes {

    private StartTimes() {}

    public static void main(String[] arguments) {
        for (int round = 1; round <= 3; round++) {
            List<EngineServer> servers = List.of(
                    Postgres.builder().start(),
                    Redis.builder().start(),
                    Kafka.builder().start(),
                    Elasticsearch.builder().start(),
                    MongoDbOrFake.startFake());
            servers.forEach(StartTimes::print);
            servers.forEach(EngineServer::close);
            if (RabbitMq.isInstalled()) {
                try (RabbitMq rabbit = RabbitMq.start()) {
                    print(rabbit);
                }
            }
            long begin = System.nanoTime();
            try (RedisCluster cluster = RedisCluster.start()) {
                System.out.println(
                        cluster.masters().size() + " Redis masters " + (System.nanoTime() - begin) / 1_000_000);
            }
            begin = System.nanoTime();
            try (KafkaCluster cluster = KafkaCluster.start()) {
                System.out.println(
                        cluster.brokers().size() + " Kafka brokers " + (System.nanoTime() - begin) / 1_000_000);
            }
        }
    }

    private static void print(EngineServer server) {
        System.out.println(server.engine().title() + " " + server.startTime().toMillis());
    }
}
