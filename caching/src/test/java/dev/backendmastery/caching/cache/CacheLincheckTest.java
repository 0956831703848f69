package dev.backendmastery.caching.cache;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every interleaving of small programs is as if the calls came one after another, with each policy. There is room for all keys, so
 * that the cache must be a map.
 */
final class CacheLincheckTest {

    @ParameterizedTest
    @ValueSource(
            classes = {
                LruOps.class,
                LfuOps.class,
                ClockOps.class,
                SieveOps.class,
                S3FifoOps.class,
                TinyLfuOps.class,
                DuelOps.class,
                GrowingOps.class
            })
    void isAMap(Class<?> operations) {
        new ModelCheckingOptions()
                .iterations(3)
                .invocationsPerIteration(20)
                .threads(2)
                .actorsPerThread(3)
                .check(operations);
    }

    abstract static class Ops {
        private final LocalCache<Integer, Integer> cache;

        Ops(LocalCache<Integer, Integer> cache) {
            this.cache = cache;
        }

        @Operation
        public void putOne() {
            cache.put(1, 10);
        }

        @Operation
        public void putOneAnew() {
            cache.put(1, 11);
        }

        @Operation
        public void putTwo() {
            cache.put(2, 20);
        }

        @Operation
        public @Nullable Integer one() {
            return cache.getIfPresent(1);
        }

        @Operation
        public @Nullable Integer two() {
            return cache.getIfPresent(2);
        }

        @Operation
        public @Nullable Integer computeOne() {
            return cache.compute(1, (key, value) -> value == null ? 1 : value + 1);
        }

        @Operation
        public int loadOne() {
            return cache.get(1, key -> 5);
        }

        @Operation
        public void removeOne() {
            cache.remove(1);
        }
    }

    public static final class LruOps extends Ops {
        public LruOps() {
            super(BoundedCache.<Integer, Integer>builder().maximumSize(4).lru());
        }
    }

    public static final class LfuOps extends Ops {
        public LfuOps() {
            super(BoundedCache.<Integer, Integer>builder().maximumSize(4).lfu());
        }
    }

    public static final class ClockOps extends Ops {
        public ClockOps() {
            super(BoundedCache.<Integer, Integer>builder().maximumSize(4).clock());
        }
    }

    public static final class SieveOps extends Ops {
        public SieveOps() {
            super(BoundedCache.<Integer, Integer>builder().maximumSize(4).sieve());
        }
    }

    public static final class S3FifoOps extends Ops {
        public S3FifoOps() {
            super(BoundedCache.<Integer, Integer>builder().maximumSize(4).s3Fifo());
        }
    }

    public static final class TinyLfuOps extends Ops {
        public TinyLfuOps() {
            super(BoundedCache.<Integer, Integer>builder().maximumSize(4).tinyLfu());
        }
    }

    public static final class DuelOps extends Ops {
        public DuelOps() {
            super(BoundedCache.<Integer, Integer>builder().maximumSize(4).duel());
        }
    }

    /** A table that is about to grow: the next key but one moves all others while somebody may be looking for them. */
    public static final class GrowingOps extends Ops {
        public GrowingOps() {
            super(filled());
        }

        private static LocalCache<Integer, Integer> filled() {
            BoundedCache<Integer, Integer> cache =
                    BoundedCache.<Integer, Integer>builder().maximumSize(100).clock();
            for (int key = 100; key < 115; key++) {
                cache.put(key, key);
            }
            return cache;
        }
    }
}
