package dev.backendmastery.benchmarks.ratelimit;

import dev.backendmastery.core.ratelimit.FixedWindow;
import dev.backendmastery.core.ratelimit.KeyedTokenBucket;
import dev.backendmastery.core.ratelimit.LeakyBucket;
import dev.backendmastery.core.ratelimit.LeasedRateLimiter;
import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.ratelimit.SlidingWindowCounter;
import dev.backendmastery.core.ratelimit.SlidingWindowLog;
import dev.backendmastery.core.ratelimit.TokenBucket;
import io.github.bucket4j.Bucket;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import io.github.resilience4j.ratelimiter.internal.SemaphoreBasedRateLimiter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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
 * One {@code tryAcquire} that is always granted, and one that is always rejected; {@code floor-nano-time} is the clock
 * read that every exact limiter has to pay. Run it with one and with two threads.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
public class RateLimiterBenchmark {

    /** So many a second that none is ever rejected, but one a nanosecond is the most that a clock can tell apart. */
    private static final long PLENTY = 1_000_000_000L;

    @Param({
        "floor-nano-time",
        "ours-token-bucket",
        "ours-leased",
        "bucket4j",
        "resilience4j-atomic",
        "resilience4j-semaphore",
        "guava",
        "failsafe"
    })
    public String impl = "";

    private BooleanSupplier plenty = () -> false;
    private BooleanSupplier none = () -> false;

    /** Makes a limiter that never rejects and one that has just granted its last permit for a day. */
    @Setup
    public void create() {
        plenty = make(PLENTY, Duration.ofSeconds(1));
        none = make(1, Duration.ofDays(1));
        if (!none.getAsBoolean()) {
            throw new IllegalStateException(impl + " does not grant its first permit");
        }
    }

    private BooleanSupplier make(long permits, Duration period) {
        Rate rate = new Rate(permits, period);
        return switch (impl) {
            case "floor-nano-time" -> {
                long never = System.nanoTime() - 1;
                yield () -> System.nanoTime() != never;
            }
            case "ours-token-bucket" -> ours(TokenBucket.of(rate, permits));
            case "ours-leaky-bucket" -> ours(LeakyBucket.of(rate, permits));
            case "ours-fixed-window" -> ours(FixedWindow.of(rate));
            case "ours-window-log" -> ours(SlidingWindowLog.of(new Rate(Math.min(permits, 1 << 20), period)));
            case "ours-window-counter" -> ours(SlidingWindowCounter.of(rate));
            case "ours-keyed" -> {
                KeyedTokenBucket<String> keyed = KeyedTokenBucket.of(rate, permits, 1_000);
                yield () -> keyed.tryAcquire("key");
            }
            case "ours-leased" ->
                ours(LeasedRateLimiter.of(TokenBucket.of(rate, permits), (int) Math.min(64, permits)));
            case "bucket4j" -> {
                Bucket bucket = Bucket.builder()
                        .addLimit(limit -> limit.capacity(permits).refillGreedy(permits, period))
                        .withNanosecondPrecision()
                        .build();
                yield () -> bucket.tryConsume(1);
            }
            case "resilience4j-atomic" -> {
                AtomicRateLimiter limiter = new AtomicRateLimiter("atomic", resilience4j(permits, period));
                yield limiter::acquirePermission;
            }
            case "resilience4j-semaphore" -> {
                SemaphoreBasedRateLimiter limiter =
                        new SemaphoreBasedRateLimiter("semaphore", resilience4j(permits, period));
                yield limiter::acquirePermission;
            }
            case "guava" -> {
                com.google.common.util.concurrent.RateLimiter limiter =
                        com.google.common.util.concurrent.RateLimiter.create((double) permits / period.toNanos() * 1e9);
                yield limiter::tryAcquire;
            }
            case "failsafe" -> {
                dev.failsafe.RateLimiter<Object> limiter =
                        dev.failsafe.RateLimiter.burstyBuilder(permits, period).build();
                yield limiter::tryAcquirePermit;
            }
            default -> throw new IllegalArgumentException("impl must be one of the parameters, was " + impl);
        };
    }

    private static BooleanSupplier ours(RateLimiter limiter) {
        return limiter::tryAcquire;
    }

    private static RateLimiterConfig resilience4j(long permits, Duration period) {
        return RateLimiterConfig.custom()
                .limitForPeriod((int) Math.min(permits, Integer.MAX_VALUE))
                .limitRefreshPeriod(period)
                .timeoutDuration(Duration.ZERO)
                .build();
    }

    /** A call that is granted. */
    @Benchmark
    public boolean granted() {
        return plenty.getAsBoolean();
    }

    /** A call that is rejected. */
    @Benchmark
    public boolean rejected() {
        return none.getAsBoolean();
    }
}
