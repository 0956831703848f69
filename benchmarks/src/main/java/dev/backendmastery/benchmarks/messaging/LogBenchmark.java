package dev.backendmastery.benchmarks.messaging;

import dev.backendmastery.benchmarks.report.Measurement;
import dev.backendmastery.engines.Kafka;
import dev.backendmastery.messaging.log.Bytes;
import dev.backendmastery.messaging.log.FileLog;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Appends of 1 KiB to one partition, until acked: the file log against one Kafka broker on the same disk, turn by turn.
 * Forced for each batch (Kafka: {@code flush.messages=1}) and by the way (ours each second; Kafka by its defaults,
 * which leave it to the operating system). So many appends are under way at once: 20,000, or 32, as if as many callers
 * each waited for its ack.
 */
public final class LogBenchmark {

    private static final int ROUNDS = 5;
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration ROUND = Duration.ofSeconds(2);
    private static final int MANY = 20_000;
    private static final int FEW = 32;
    private static final int PAYLOADS = 256;

    /** A log under test: appends number {@code i}, tells when it is acked. */
    private interface Contestant extends AutoCloseable {
        void append(int i, Semaphore room, AtomicLong acked, AtomicReference<@Nullable Throwable> failure);

        @Override
        void close() throws IOException;
    }

    /** How a contestant is begun anew. */
    private interface Start {
        Contestant start() throws IOException, InterruptedException;
    }

    private LogBenchmark() {}

    /** Runs all; about two minutes. */
    public static List<Measurement> run() throws IOException, InterruptedException {
        List<byte[]> payloads = payloads();
        try (Kafka kafka = Kafka.builder()
                .fullSpeed()
                .setting("log.segment.delete.delay.ms", "100")
                .start()) {
            Map<String, Map<String, Start>> disciplines = new LinkedHashMap<>();
            Map<String, Start> each = new LinkedHashMap<>();
            each.put("ours-file-log", () -> new Ours(null, payloads));
            each.put("kafka", () -> new Peer(kafka, true, payloads));
            Map<String, Start> interval = new LinkedHashMap<>();
            interval.put("ours-file-log", () -> new Ours(Duration.ofSeconds(1), payloads));
            interval.put("kafka", () -> new Peer(kafka, false, payloads));
            disciplines.put("append, forced each batch", each);
            disciplines.put("append, forced by the way", interval);
            List<Measurement> measurements = new ArrayList<>();
            disciplines.forEach((name, contestants) -> {
                measurements.addAll(race(name, MANY, contestants));
                measurements.addAll(race(name + ", 32 wait", FEW, contestants));
            });
            return measurements;
        }
    }

    private static List<Measurement> race(String name, int underWay, Map<String, Start> contestants) {
        Map<String, List<Double>> scores = new LinkedHashMap<>();
        for (int round = 0; round <= ROUNDS; round++) {
            boolean counts = round > 0;
            contestants.forEach((impl, start) -> {
                double score = perSecond(start, underWay, counts ? ROUND : WARM_UP);
                if (counts) {
                    scores.computeIfAbsent(impl, i -> new ArrayList<>()).add(score);
                }
            });
        }
        List<Measurement> measurements = new ArrayList<>();
        scores.forEach((impl, all) -> measurements.add(new Measurement(name, 1, impl, "records/s", true, all)));
        return measurements;
    }

    private static double perSecond(Start start, int underWay, Duration time) {
        Semaphore room = new Semaphore(underWay);
        AtomicLong acked = new AtomicLong();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>(null);
        try (Contestant contestant = start.start()) {
            long begin = System.nanoTime();
            for (int i = 0; System.nanoTime() - begin < time.toNanos(); i++) {
                if (!room.tryAcquire(1, TimeUnit.MINUTES)) {
                    throw new IllegalStateException("no ack within a minute");
                }
                contestant.append(i, room, acked, failure);
            }
            if (!room.tryAcquire(underWay, 1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("acks are missing after a minute");
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            if (failure.get() != null) {
                throw new IllegalStateException("an append failed", failure.get());
            }
            return acked.get() / seconds;
        } catch (IOException e) {
            throw new IllegalStateException("the race did not finish", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static List<byte[]> payloads() {
        Random random = new Random(3);
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < PAYLOADS; i++) {
            byte[] payload = new byte[1024];
            random.nextBytes(payload);
            payloads.add(payload);
        }
        return payloads;
    }

    private static void done(
            @Nullable Throwable thrown,
            Semaphore room,
            AtomicLong acked,
            AtomicReference<@Nullable Throwable> failure) {
        if (thrown == null) {
            acked.incrementAndGet();
        } else {
            failure.compareAndSet(null, thrown);
        }
        room.release();
    }

    private static final class Ours implements Contestant {
        private final Path folder;
        private final FileLog log;
        private final List<Message> messages = new ArrayList<>();
        private final Partition partition = new Partition("race", 0);

        Ours(@Nullable Duration interval, List<byte[]> payloads) throws IOException {
            folder = Files.createTempDirectory("log-race");
            FileLog.Builder builder = FileLog.in(folder);
            log = (interval == null ? builder : builder.forceEvery(interval)).open();
            log.createTopic(Topic.of("race", 1));
            for (byte[] payload : payloads) {
                messages.add(Message.of(UUID.nameUUIDFromBytes(payload), "race", Instant.EPOCH)
                        .payload("application/octet-stream", Bytes.of(payload))
                        .build());
            }
        }

        @Override
        public void append(int i, Semaphore room, AtomicLong acked, AtomicReference<@Nullable Throwable> failure) {
            CompletableFuture<?> unused = log.append(partition, messages.get(i % messages.size()))
                    .whenComplete((position, thrown) -> done(thrown, room, acked, failure));
        }

        @Override
        public void close() throws IOException {
            log.close();
            List<Path> all;
            try (Stream<Path> files = Files.walk(folder)) {
                all = files.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : all) {
                Files.delete(file);
            }
        }
    }

    private static final class Peer implements Contestant {
        private final String topic = "race-" + UUID.randomUUID();
        private final Admin admin;
        private final KafkaProducer<byte[], byte[]> producer;
        private final List<byte[]> payloads;

        Peer(Kafka kafka, boolean forceEach, List<byte[]> payloads) throws InterruptedException {
            this.payloads = payloads;
            String servers = kafka.bootstrapServers();
            admin = Admin.create(Map.of("bootstrap.servers", servers));
            NewTopic wanted = new NewTopic(topic, Optional.of(1), Optional.empty());
            if (forceEach) {
                wanted.configs(Map.of("flush.messages", "1"));
            }
            await(admin.createTopics(List.of(wanted)).all());
            producer = new KafkaProducer<>(
                    Map.of(
                            "bootstrap.servers",
                            servers,
                            "acks",
                            "all",
                            "enable.idempotence",
                            true,
                            // As large as a broker takes by its defaults, so that a force serves as many as can be.
                            "batch.size",
                            1_000_000,
                            "linger.ms",
                            0),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
            producer.partitionsFor(topic);
        }

        private static void await(org.apache.kafka.common.KafkaFuture<?> future) throws InterruptedException {
            try {
                future.get(1, TimeUnit.MINUTES);
            } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
                throw new IllegalStateException("Kafka did not do it", e);
            }
        }

        @Override
        public void append(int i, Semaphore room, AtomicLong acked, AtomicReference<@Nullable Throwable> failure) {
            var unused = producer.send(
                    new ProducerRecord<>(topic, 0, null, payloads.get(i % payloads.size())),
                    (metadata, thrown) -> done(thrown, room, acked, failure));
        }

        @Override
        public void close() throws IOException {
            producer.close();
            try {
                await(admin.deleteTopics(List.of(topic)).all());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                admin.close();
            }
        }
    }
}
