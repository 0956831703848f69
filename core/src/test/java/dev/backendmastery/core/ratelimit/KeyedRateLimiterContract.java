package dev.backendmastery.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every {@link KeyedRateLimiter} in one process must hold, besides {@link RateLimiterContract} for each key. */
@DisplayName("A KeyedRateLimiter")
public abstract class KeyedRateLimiterContract {

    private static final int MAX_KEYS = 100;

    private final ManualTicker ticker = new ManualTicker();
    private final KeyedRateLimiter<Object> limiter = create(Rate.perSecond(10), 10, MAX_KEYS, ticker);

    /** A limiter of {@code burst} permits at {@code rate} for each key, that holds at most {@code maxKeys}. */
    protected abstract KeyedRateLimiter<Object> create(Rate rate, long burst, int maxKeys, Ticker ticker);

    /** How many keys {@code limiter}, made by {@link #create}, holds now. */
    protected abstract int held(KeyedRateLimiter<Object> limiter);

    private long drain(Object key) {
        long taken = 0;
        while (taken < 1_000 && limiter.tryAcquire(key)) {
            taken++;
        }
        return taken;
    }

    @Test
    @DisplayName("KRL-1 limits each key on its own")
    void keysAreIndependent() {
        for (int key = 0; key < MAX_KEYS / 2; key++) {
            assertEquals(10, drain(key));
        }
        ticker.advance(Duration.ofMillis(100));
        assertTrue(limiter.tryAcquire(0));
        assertFalse(limiter.tryAcquire(0));
        assertTrue(limiter.tryAcquire(1));
    }

    @Test
    @DisplayName("KRL-2 holds no more keys than its bound")
    void boundedMemory() {
        for (int key = 0; key < 50 * MAX_KEYS; key++) {
            limiter.tryAcquire(key);
            assertTrue(held(limiter) <= MAX_KEYS, () -> held(limiter) + " keys held, at most " + MAX_KEYS);
        }
    }

    @Test
    @DisplayName("KRL-3 forgets no debt, however many other keys come")
    void forgetsNoDebt() {
        assertEquals(10, drain("debtor"));
        for (int key = 0; key < 50 * MAX_KEYS; key++) {
            limiter.tryAcquire(key);
        }
        assertFalse(limiter.tryAcquire("debtor"));
    }

    @Test
    @DisplayName("KRL-4 releases keys that are whole again as others come")
    void releasesIdleKeys() {
        for (int key = 0; key < MAX_KEYS; key++) {
            limiter.tryAcquire(key);
        }
        ticker.advance(Duration.ofSeconds(2));
        for (int key = 0; key < MAX_KEYS; key++) {
            assertEquals(10, drain("new " + key), "a newcomer has a limit of its own again");
            ticker.advance(Duration.ofSeconds(2));
        }
        assertTrue(held(limiter) <= MAX_KEYS / 4, () -> held(limiter) + " keys still held");
    }

    @Test
    @DisplayName("KRL-5 grants keys beyond its bound no more than one limit together")
    void overflowIsShared() {
        for (int key = 0; key < MAX_KEYS; key++) {
            drain(key);
        }
        long granted = 0;
        for (int key = 0; key < 1_000; key++) {
            granted += drain("newcomer " + key);
        }
        assertEquals(10, granted);
    }

    @Test
    @DisplayName("KRL-8 grants a key that overflowed no second burst when it is held at last")
    void overflowIsNotForgotten() {
        for (int key = 0; key < MAX_KEYS; key++) {
            drain(key);
            ticker.advance(Duration.ofMillis(9));
        }
        // The first keys are nearly whole again, the last ones are not: nobody can be dropped yet.
        assertEquals(10, drain("newcomer"));
        ticker.advance(Duration.ofMillis(200));
        assertTrue(drain("newcomer") <= 2, "two permits fell due, whoever keeps the books now");
    }

    @Test
    @DisplayName("KRL-6 does not forget a permit that is taken while its key is dropped")
    void droppedWhileTaken() {
        // While a caller holds the idle key's limiter and reads the clock, another one's new keys sweep it away.
        boolean[] meddle = {false};
        int[] names = {0};
        KeyedRateLimiter<Object>[] meddled = newArray();
        Ticker meddling = () -> {
            if (meddle[0]) {
                meddle[0] = false;
                for (int i = 0; i < MAX_KEYS / 2; i++) {
                    meddled[0].tryAcquire("other " + names[0]++);
                }
            }
            return ticker.nanos();
        };
        meddled[0] = create(Rate.perSecond(10), 10, MAX_KEYS, meddling);
        meddled[0].tryAcquire("key");
        ticker.advance(Duration.ofSeconds(2));
        meddle[0] = true;
        long granted = 0;
        for (int i = 0; i < 100; i++) {
            if (meddled[0].tryAcquire("key")) {
                granted++;
            }
        }
        assertTrue(granted <= 10, granted + " permits granted of 10");
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type cannot be made otherwise
    private static KeyedRateLimiter<Object>[] newArray() {
        return new KeyedRateLimiter[1];
    }

    @Test
    @DisplayName("KRL-7 refuses a null key and permits out of range, and holds nothing")
    @SuppressWarnings("NullAway") // the wrong input is the point
    void refusesBadInput() {
        assertThrows(NullPointerException.class, () -> limiter.tryAcquire(null));
        assertThrows(IllegalArgumentException.class, () -> limiter.reserveNanos("key", 0, 0));
        assertThrows(IllegalArgumentException.class, () -> limiter.reserveNanos("key", 11, 0));
        assertEquals(0, held(limiter));
    }
}
