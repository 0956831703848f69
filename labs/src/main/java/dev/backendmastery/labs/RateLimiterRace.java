package dev.backendmastery.labs;

import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.ratelimit.TokenBucket;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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

/** A learner's rate limiter, the library's, and the clock that both have to read. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx1g", "-XX:+UseSerialGC"})
public class RateLimiterRace {

    /** One limiter in a JVM of its own, so that the call is compiled for that class alone. */
    @State(Scope.Benchmark)
    public static class Limiter {

        @Param({"TokenBucket", "yours"})
        String who = "";

        /** {@code granted}: a permit every ten nanoseconds, sooner than anybody can ask; {@code denied}: one an hour. */
        @Param({"granted", "denied"})
        String answer = "";

        RateLimiter limiter = TokenBucket.of(Rate.perSecond(1), 1);

        @Setup
        public void create() {
            Rate rate = answer.equals("granted") ? Rate.perSecond(100_000_000) : new Rate(1, Duration.ofHours(1));
            limiter = who.equals("yours")
                    ? RateLimiterLab.solution(rate, Ticker.system())
                    : TokenBucket.of(rate, rate.permits());
        }
    }

    /** The floor: a limiter must read the clock. */
    @Benchmark
    public long clock() {
        return System.nanoTime();
    }

    /** One permit, now or not. */
    @Benchmark
    public boolean tryAcquire(Limiter limiter) {
        return limiter.limiter.tryAcquire();
    }
}
