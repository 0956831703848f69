package dev.backendmastery.messaging.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backendmastery.engines.Kafka;
import dev.backendmastery.messaging.log.KafkaLog;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Subscription;
import dev.backendmastery.messaging.log.Topic;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On a real broker, with processes that are killed in the middle of it. */
final class KafkaTransactionalConsumerTest extends TransactionalConsumerContract {

    private static final int RECORDS = 1000;
    private static Kafka kafka;

    @BeforeAll
    static void start() {
        kafka = Kafka.builder()
                .setting("group.consumer.session.timeout.ms", "1000")
                .setting("group.consumer.min.session.timeout.ms", "1000")
                .start();
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Override
    protected MessageLog open() {
        return log();
    }

    private static KafkaLog log() {
        return KafkaLog.at(kafka.bootstrapServers())
                .timeout(Duration.ofSeconds(20))
                .open();
    }

    /** Makes two records of each, until it is killed. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            try (MessageLog log = KafkaLog.at(arguments[0])
                            .timeout(Duration.ofSeconds(20))
                            .open();
                    TransactionalConsumer consumer = TransactionalConsumer.of(
                                    log,
                                    Subscription.of(arguments[3], arguments[1]).maxRecords(20),
                                    arguments[3],
                                    record -> {
                                        String text = Work.text(record);
                                        return List.of(
                                                new Outgoing(arguments[2], message("a " + text)),
                                                new Outgoing(arguments[2], message("b " + text)));
                                    })
                            .start()) {
                while (System.in.read() >= 0 && consumer.failure().isEmpty()) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    @Test
    @DisplayName("TC-2 killed in the middle of it, what follows from each record is there exactly once")
    void killed() throws Exception {
        kill(1, new Random(1));
    }

    @Test
    @Tag("soak")
    @DisplayName("TC-2 killed many times")
    void killedManyTimes() throws Exception {
        kill(20, new Random(System.nanoTime()));
    }

    private static void kill(int times, Random random) throws Exception {
        String in = ConsumerContract.name();
        String out = ConsumerContract.name();
        String group = ConsumerContract.name();
        try (KafkaLog log = log()) {
            log.createTopic(Topic.of(in, 1));
            log.createTopic(Topic.of(out, 1));
            List<Message> messages = IntStream.range(0, RECORDS)
                    .mapToObj(i -> message(Integer.toString(i)))
                    .toList();
            log.appendAll(in, messages).get(30, TimeUnit.SECONDS);
            Partition results = new Partition(out, 0);
            for (int time = 0; time <= times; time++) {
                Process child = child(in, out, group);
                try {
                    long before = log.endOffset(results);
                    boolean last = time == times;
                    // Each transaction's marker takes an offset too.
                    long goal = last ? 2L * RECORDS : before + 1;
                    await("results", Duration.ofSeconds(60), () -> log.endOffset(results) >= goal);
                    if (last) {
                        await("all", Duration.ofSeconds(60), () -> isDone(log, out));
                    } else {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(100)));
                    }
                } finally {
                    child.destroyForcibly().waitFor();
                }
            }
            List<String> wanted = IntStream.range(0, RECORDS)
                    .boxed()
                    .flatMap(i -> List.of("a " + i, "b " + i).stream())
                    .toList();
            assertEquals(wanted, texts(log, out));
        }
    }

    private static boolean isDone(KafkaLog log, String out) {
        try {
            return texts(log, out).contains("b " + (RECORDS - 1));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Process child(String in, String out, String group) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        kafka.bootstrapServers(),
                        in,
                        out,
                        group))
                .redirectError(Redirect.INHERIT)
                .redirectOutput(Redirect.DISCARD)
                .start();
    }
}
