package dev.backendmastery.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class KeyedTokenBucketTest extends KeyedRateLimiterContract {

    @Override
    protected KeyedRateLimiter<Object> create(Rate rate, long burst, int maxKeys, Ticker ticker) {
        return KeyedTokenBucket.of(rate, burst, maxKeys, ticker);
    }

    @Override
    protected int held(KeyedRateLimiter<Object> limiter) {
        return ((KeyedTokenBucket<Object>) limiter).size();
    }

    @Nested
    final class EachKey extends RateLimiterContract {
        @Override
        protected RateLimiter create(Rate rate, Ticker ticker) {
            return KeyedTokenBucket.<String>of(rate, rate.permits(), 10, ticker).forKey("one");
        }
    }

    @Test
    void grantsNoKeyMoreThanItsBurstWhileThreadsSweep() throws InterruptedException {
        ManualTicker ticker = new ManualTicker();
        KeyedTokenBucket<Integer> limiter = KeyedTokenBucket.of(Rate.perSecond(10), 10, 64, ticker);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        AtomicLong granted = new AtomicLong();
        CountDownLatch start = new CountDownLatch(1);
        for (int t = 0; t < 4; t++) {
            int offset = t;
            pool.execute(() -> {
                awaitQuietly(start);
                for (int i = 0; i < 50_000; i++) {
                    limiter.tryAcquire(1_000 + (i * 7 + offset) % 500);
                    if (limiter.tryAcquire(1)) {
                        granted.incrementAndGet();
                    }
                }
            });
        }
        assertEquals(10, drain(limiter), "before the others start");
        start.countDown();
        pool.shutdown();
        assertTrue(pool.awaitTermination(60, TimeUnit.SECONDS));
        assertEquals(0, granted.get(), "no time has passed");
        assertTrue(limiter.size() <= 64);
    }

    private static long drain(KeyedTokenBucket<Integer> limiter) {
        long taken = 0;
        while (taken < 100 && limiter.tryAcquire(1)) {
            taken++;
        }
        return taken;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
