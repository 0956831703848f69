package dev.backendmastery.benchmarks.id;

import com.github.f4b6a3.tsid.TsidFactory;
import com.github.f4b6a3.uuid.factory.standard.TimeOrderedEpochFactory;
import dev.backendmastery.core.id.ClockPolicy;
import dev.backendmastery.core.id.FeistelShortCodes;
import dev.backendmastery.core.id.SnowflakeIds;
import dev.backendmastery.core.id.Ulids;
import dev.backendmastery.core.id.UuidV7;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One id. Every 12-bit counter runs ahead of the clock in a loop this tight (above 4.1 million ids a second), the peer's
 * as well as ours: so ours may borrow here, or it would measure its own waiting.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class IdBenchmark {

    @Param({
        "ours-uuidv7-fast",
        "ours-uuidv7-secure",
        "uuid-creator-v7-fast",
        "uuid-creator-v7-plus1",
        "uuid-creator-v7",
        "jdk-uuid-random",
        "ours-snowflake",
        "tsid-creator",
        "ours-ulid-fast",
        "ours-short-code",
        "floor-atomic-long"
    })
    public String impl;

    private Supplier<Object> next;

    @Setup
    public void create() {
        next = switch (impl) {
            case "ours-uuidv7-fast" -> UuidV7.fast()::next;
            case "ours-uuidv7-secure" -> UuidV7.secure()::next;
            case "uuid-creator-v7-fast" ->
                TimeOrderedEpochFactory.builder().withFastRandom().build()::create;
            case "uuid-creator-v7-plus1" ->
                TimeOrderedEpochFactory.builder()
                        .withFastRandom()
                        .withIncrementPlus1()
                        .build()::create;
            case "uuid-creator-v7" -> new TimeOrderedEpochFactory()::create;
            case "jdk-uuid-random" -> UUID::randomUUID;
            case "ours-snowflake" ->
                SnowflakeIds.of(
                        7,
                        SnowflakeIds.DEFAULT_EPOCH,
                        InstantSource.system(),
                        Ticker.system(),
                        ClockPolicy.borrowing(Duration.ofDays(1)))::next;
            // As a long, so that both sides allocate the same box.
            case "tsid-creator" -> {
                TsidFactory peer = TsidFactory.newInstance1024(7);
                yield () -> peer.create().toLong();
            }
            case "ours-ulid-fast" -> Ulids.fast()::next;
            case "ours-short-code" -> {
                FeistelShortCodes codes = new FeistelShortCodes(new byte[FeistelShortCodes.KEY_BYTES], 7);
                AtomicLong counter = new AtomicLong();
                yield () -> codes.encode(counter.getAndIncrement());
            }
            case "floor-atomic-long" -> new AtomicLong()::incrementAndGet;
            default -> throw new IllegalArgumentException("impl " + impl);
        };
    }

    /** One id, boxed. */
    @Benchmark
    public Object next() {
        return next.get();
    }
}
