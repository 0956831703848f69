package dev.backendmastery.benchmarks.messaging;

import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.engines.Kafka;
import dev.backendmastery.messaging.consumer.ConsumerRuntime;
import dev.backendmastery.messaging.consumer.Order;
import dev.backendmastery.messaging.log.KafkaLog;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Subscription;
import dev.backendmastery.messaging.log.Topic;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * 10,000 records on one partition of a Kafka broker, each of which takes 0 to 5 ms of waiting, the same for all: ours, the
 * parallel consumer, and a loop over a plain consumer, turn by turn. From the first record's begin to the last one's end, so
 * without the time to join the group; ours and the peer with {@value #WORKERS} workers and a commit each second.
 */
public final class ConsumerBenchmark {

    private static final int RECORDS = 10_000;
    private static final int WORKERS = 32;
    private static final int WORK_NANOS = 5_000_000;
    private static final Duration COMMIT = Duration.ofSeconds(1);
    private static final int KEYS_WITHOUT_ORDER = 1000;

    /** A run of one contestant over all records of a topic, in a group of its own. */
    private interface Contestant {
        void run(String topic, Work work) throws InterruptedException;
    }

    /** What is done with a record, and when it was done with the first and the last. */
    private static final class Work {
        private static final long[] NANOS = nanos();

        private final CountDownLatch left = new CountDownLatch(RECORDS);
        private final AtomicLong first = new AtomicLong();
        private final AtomicLong last = new AtomicLong();

        private static long[] nanos() {
            Random random = new Random(7);
            return random.longs(RECORDS, 0, WORK_NANOS).toArray();
        }

        void handle(long offset) {
            long start = System.nanoTime();
            first.compareAndSet(0, start);
            long wait = NANOS[(int) offset];
            for (long rest = wait; rest > 0; rest = wait - (System.nanoTime() - start)) {
                LockSupport.parkNanos(rest);
            }
            left.countDown();
            if (left.getCount() == 0) {
                last.compareAndSet(0, System.nanoTime());
            }
        }

        void await() throws InterruptedException {
            if (!left.await(2, TimeUnit.MINUTES)) {
                throw new IllegalStateException(left.getCount() + " records were not handled within 2 minutes");
            }
        }

        double seconds() {
            return (last.get() - first.get()) / 1e9;
        }
    }

    private ConsumerBenchmark() {}

    /** Runs all; about four and a half minutes. */
    public static List<Measurement> run() throws InterruptedException {
        try (Kafka kafka = Kafka.builder().fullSpeed().start();
                MessageLog log = KafkaLog.at(kafka.bootstrapServers()).open()) {
            List<Measurement> measurements = new ArrayList<>();
            measurements.addAll(race(log, kafka, "1000 keys", 1000, Order.KEY, 5));
            measurements.addAll(race(log, kafka, "unordered", KEYS_WITHOUT_ORDER, Order.NONE, 5));
            measurements.addAll(race(log, kafka, "20 keys", 20, Order.KEY, 5));
            measurements.addAll(race(log, kafka, "1 key", 1, Order.KEY, 2));
            return measurements;
        }
    }

    private static List<Measurement> race(MessageLog log, Kafka kafka, String name, int keys, Order order, int rounds)
            throws InterruptedException {
        String topic = fill(log, keys);
        Map<String, Contestant> contestants = new LinkedHashMap<>();
        contestants.put("ours", (records, work) -> ours(log, records, order, work));
        contestants.put("parallel-consumer", (records, work) -> peer(kafka, records, order, work));
        if (keys == 1) {
            contestants.put("naive-loop", (records, work) -> naive(kafka, records, work));
        }
        Map<String, List<Double>> scores = new LinkedHashMap<>();
        // A round to warm up, where a round is short.
        for (int round = keys == 1 ? 1 : 0; round <= rounds; round++) {
            for (Map.Entry<String, Contestant> contestant : contestants.entrySet()) {
                Work work = new Work();
                contestant.getValue().run(topic, work);
                if (round > 0) {
                    scores.computeIfAbsent(contestant.getKey(), impl -> new ArrayList<>())
                            .add(work.seconds());
                }
            }
        }
        List<Measurement> measurements = new ArrayList<>();
        scores.forEach((impl, all) -> measurements.add(new Measurement(name, 1, impl, "s", false, all)));
        return measurements;
    }

    private static String fill(MessageLog log, int keys) {
        String topic = "race-" + UUID.randomUUID();
        log.createTopic(Topic.of(topic, 1));
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            messages.add(Message.of(new UUID(1, i), "race", Instant.EPOCH)
                    .key("key " + i % keys)
                    .text("record " + i)
                    .build());
        }
        CompletableFuture<?> acks = log.appendAll(topic, messages);
        acks.join();
        return topic;
    }

    private static void ours(MessageLog log, String topic, Order order, Work work) throws InterruptedException {
        Subscription subscription = Subscription.of("race-" + UUID.randomUUID(), topic);
        try (ConsumerRuntime runtime = ConsumerRuntime.of(log, subscription, record -> work.handle(record.offset()))
                .order(order)
                .workers(WORKERS)
                .commitEvery(COMMIT)
                .start()) {
            work.await();
            if (runtime.failure().isPresent()) {
                throw new IllegalStateException(runtime.failure().orElseThrow());
            }
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Kafka kafka) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "group.id",
                        "race-" + UUID.randomUUID(),
                        "enable.auto.commit",
                        false,
                        "auto.offset.reset",
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static void peer(Kafka kafka, String topic, Order order, Work work) throws InterruptedException {
        ParallelConsumerOptions<byte[], byte[]> options = ParallelConsumerOptions.<byte[], byte[]>builder()
                .consumer(consumer(kafka))
                .ordering(order == Order.NONE ? ProcessingOrder.UNORDERED : ProcessingOrder.KEY)
                .maxConcurrency(WORKERS)
                .commitMode(ParallelConsumerOptions.CommitMode.PERIODIC_CONSUMER_SYNC)
                .commitInterval(COMMIT)
                .build();
        ParallelStreamProcessor<byte[], byte[]> processor = ParallelStreamProcessor.createEosStreamProcessor(options);
        try {
            processor.subscribe(List.of(topic));
            processor.poll(context -> work.handle(context.offset()));
            work.await();
        } finally {
            processor.closeDontDrainFirst();
        }
    }

    private static void naive(Kafka kafka, String topic, Work work) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(kafka)) {
            consumer.subscribe(List.of(topic));
            while (work.left.getCount() > 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    work.handle(record.offset());
                }
                consumer.commitSync();
            }
        }
    }
}
