package dev.backendmastery.core.ratelimit;

import dev.backendmastery.core.time.Ticker;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A {@link TokenBucket} for each key, in bounded memory.
 *
 * <p><b>Guarantee.</b> At most {@code maxKeys} buckets are held (KRL-2). Only a bucket that is full again is dropped, and
 * dropping that forgets nothing: a new one is full too (KRL-3). Every call that brings a new key examines a few others and
 * drops the full ones, so idle keys are released as others come (KRL-4). While {@code maxKeys} keys owe permits, keys
 * beyond them <b>share one bucket</b>, and a key that leaves it starts with what was left there: a flood of made-up keys
 * slows newcomers down, it never lets anybody have more than the limit (KRL-5).
 *
 * <p><b>Threads.</b> Lock-free on keys that are held; new keys come in one at a time. <b>Cost.</b> One map look-up and one compare-and-set; no allocation
 * on keys that are held; about 90 bytes a key and the key itself. <b>Not for</b> limits across processes: those are kept
 * on a server.
 *
 * @param <K> a key with stable {@code equals} and {@code hashCode}
 */
public final class KeyedTokenBucket<K> implements KeyedRateLimiter<K> {

    /*
     * Keys that are held are found without a lock; keys come and go under one. A bucket that is dropped may at the same
     * moment be in the hands of a caller, so dropping is a state of the bucket itself: retiring is a compare-and-set on
     * the same word as granting, and who finds a retired bucket comes to the lock. The shared bucket is asked only under
     * the lock, and a new key's bucket starts as its copy: else a key that overflowed before would be granted twice.
     */
    private static final int EXAMINED_PER_NEW_KEY = 8;

    private final ConcurrentHashMap<K, TokenBucket> buckets = new ConcurrentHashMap<>();
    private final long burst;
    private final int maxKeys;
    private final TokenBucket overflow;
    private Iterator<Map.Entry<K, TokenBucket>> hand = buckets.entrySet().iterator();
    private int held;

    private KeyedTokenBucket(Rate rate, long burst, int maxKeys, Ticker ticker) {
        this.overflow = TokenBucket.of(rate, burst, ticker);
        this.burst = burst;
        this.maxKeys = maxKeys;
    }

    /** Buckets by the system's ticker; throws as {@link #of(Rate, long, int, Ticker)}. */
    public static <K> KeyedTokenBucket<K> of(Rate rate, long burst, int maxKeys) {
        return of(rate, burst, maxKeys, Ticker.system());
    }

    /**
     * A bucket of {@code burst} permits that refills at {@code rate}, for each key, at most {@code maxKeys} of them.
     *
     * @throws IllegalArgumentException if {@code burst} is less than 1 or would take more than a year to refill, or
     *     {@code maxKeys} is less than 1
     */
    public static <K> KeyedTokenBucket<K> of(Rate rate, long burst, int maxKeys, Ticker ticker) {
        LocalRateLimiter.checkBurst("maxKeys", maxKeys, Integer.MAX_VALUE);
        return new KeyedTokenBucket<>(rate, burst, maxKeys, ticker);
    }

    @Override
    public long reserveNanos(K key, long permits, long maxWaitNanos) {
        return ask(key, permits, maxWaitNanos, true);
    }

    @Override
    public long nanosUntil(K key, long permits) {
        return ask(key, permits, Long.MAX_VALUE, false);
    }

    @Override
    public long burst() {
        return burst;
    }

    /** The number of keys that are held, at most {@code maxKeys}; for gauges and tests. */
    public synchronized int size() {
        return held;
    }

    private long ask(K key, long permits, long maxWaitNanos, boolean take) {
        Objects.requireNonNull(key, "key");
        RateLimiter.checkPermits(permits, burst);
        TokenBucket bucket = buckets.get(key);
        if (bucket != null) {
            long wait = bucket.ask(permits, maxWaitNanos, take);
            if (wait != LocalRateLimiter.RETIRED) {
                return wait;
            }
        }
        return askNew(key, permits, maxWaitNanos, take);
    }

    private synchronized long askNew(K key, long permits, long maxWaitNanos, boolean take) {
        TokenBucket bucket = buckets.get(key); // never a retired one, inside the lock
        if (bucket == null) {
            sweep();
            if (held == maxKeys) {
                return overflow.ask(permits, maxWaitNanos, take);
            }
            bucket = overflow.copy();
            buckets.put(key, bucket);
            held++;
        }
        return bucket.ask(permits, maxWaitNanos, take);
    }

    private void sweep() {
        for (int i = 0; i < EXAMINED_PER_NEW_KEY; i++) {
            if (!hand.hasNext()) {
                hand = buckets.entrySet().iterator();
                if (!hand.hasNext()) {
                    return;
                }
            }
            Map.Entry<K, TokenBucket> entry = hand.next();
            if (entry.getValue().retireIfIdle() && buckets.remove(entry.getKey(), entry.getValue())) {
                held--;
            }
        }
    }
}
