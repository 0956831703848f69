package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.KafkaLog;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Subscription;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A process that consumes, ours or the parallel consumer, and writes each record that it has handled to the end of a file, in
 * one write, before it is acknowledged: what is killed has left its history.
 */
final class HistoryMember {

    private static final int WORKERS = 8;

    private final FileChannel history;
    private final String name;

    private HistoryMember(Path history, String name) throws IOException {
        this.history = FileChannel.open(history, StandardOpenOption.APPEND);
        this.name = name;
    }

    /** Arguments: bootstrap servers, topic, group, history, name, ours or peer. Ends in order when its input ends. */
    public static void main(String[] arguments) throws Exception {
        HistoryMember member = new HistoryMember(Path.of(arguments[3]), arguments[4]);
        if (arguments[5].equals("ours")) {
            member.ours(arguments[0], arguments[1], arguments[2]);
        } else {
            member.peer(arguments[0], arguments[1], arguments[2]);
        }
    }

    private void handled(String record) throws IOException {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(3_000_000));
        history.write(ByteBuffer.wrap(("H " + name + " " + record + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private static void awaitEnd() throws IOException {
        while (System.in.read() >= 0) {
            Thread.onSpinWait();
        }
    }

    private void ours(String servers, String topic, String group) throws Exception {
        try (MessageLog log =
                        KafkaLog.at(servers).timeout(Duration.ofSeconds(10)).open();
                ConsumerRuntime runtime = ConsumerRuntime.of(
                                log,
                                Subscription.of(group, topic).maxPollInterval(Duration.ofSeconds(30)),
                                record -> handled(Work.text(record)))
                        .workers(WORKERS)
                        .commitEvery(Duration.ofMillis(100))
                        .drainTimeout(Duration.ofSeconds(5))
                        .start()) {
            awaitEnd();
            if (runtime.failure().isPresent()) {
                throw new IllegalStateException(
                        "it had ended", runtime.failure().orElseThrow());
            }
        }
    }

    private void peer(String servers, String topic, String group) throws Exception {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        servers,
                        "group.id",
                        group,
                        "enable.auto.commit",
                        false,
                        "auto.offset.reset",
                        "earliest",
                        "session.timeout.ms",
                        3000,
                        "heartbeat.interval.ms",
                        500,
                        "max.poll.interval.ms",
                        30_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        ParallelConsumerOptions<byte[], byte[]> options = ParallelConsumerOptions.<byte[], byte[]>builder()
                .consumer(consumer)
                .ordering(ParallelConsumerOptions.ProcessingOrder.KEY)
                .commitMode(ParallelConsumerOptions.CommitMode.PERIODIC_CONSUMER_SYNC)
                .commitInterval(Duration.ofMillis(100))
                .maxConcurrency(WORKERS)
                .build();
        ParallelStreamProcessor<byte[], byte[]> processor = ParallelStreamProcessor.createEosStreamProcessor(options);
        processor.subscribe(List.of(topic));
        processor.poll(context -> {
            try {
                handled(new String(context.getSingleConsumerRecord().value(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        awaitEnd();
        processor.closeDrainFirst(Duration.ofSeconds(5));
    }
}
