package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.sketch.BloomFilter;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class BloomGuardTest extends BloomGuardContract {

    @Test
    void countsWhatItSpared() {
        BloomGuard guard = BloomGuard.of(10, 0.01);
        guard.rebuild(Stream::of);
        assertTrue(guard.isAbsent("a"));
        guard.find("a", key -> key);
        assertEquals(1, guard.spared());
        assertThrows(IllegalArgumentException.class, () -> BloomGuard.of(0, 0.01));
        assertThrows(IllegalArgumentException.class, () -> BloomGuard.of(10, 0.6));
    }

    private enum Fault {
        NONE,
        FORGETS_WRITES,
        SWAPS_WITHOUT_WRITES_UNDER_WAY,
        FEEDS_ONLY_THE_OLD,
        LOOKS_UP_ALL,
        KEEPS_A_FAILED_REBUILD,
        NEVER_FORGETS
    }

    /** A guard without locks, for one thread. */
    private static final class NaiveShield implements Shield {
        private final Fault fault;
        private final long items;
        private @Nullable BloomFilter current;
        private @Nullable BloomFilter next;
        private @Nullable String writing;

        NaiveShield(Fault fault, long items) {
            this.fault = fault;
            this.items = items;
        }

        @Override
        public synchronized @Nullable String find(String key, Function<String, @Nullable String> lookup) {
            boolean absent = current != null && fault != Fault.LOOKS_UP_ALL && !current.mightContain(key);
            return absent ? null : lookup.apply(key);
        }

        @Override
        public synchronized String write(String key, Supplier<String> write) {
            String outer = writing;
            writing = key;
            if (fault != Fault.FORGETS_WRITES) {
                add(key);
            }
            try {
                return write.get();
            } finally {
                writing = outer;
            }
        }

        @Override
        public synchronized void add(String key) {
            if (current != null) {
                current.add(key);
            }
            if (next != null && fault != Fault.FEEDS_ONLY_THE_OLD) {
                next.add(key);
            }
        }

        @Override
        public synchronized void rebuild(Supplier<Stream<String>> keys) {
            if (next != null) {
                throw new IllegalStateException("another rebuild is under way");
            }
            BloomFilter fresh = fault == Fault.NEVER_FORGETS && current != null ? current : BloomFilter.of(items, 0.01);
            next = fresh;
            if (writing != null && fault != Fault.SWAPS_WITHOUT_WRITES_UNDER_WAY) {
                fresh.add(writing);
            }
            boolean done = fault == Fault.KEEPS_A_FAILED_REBUILD;
            try (Stream<String> stream = keys.get()) {
                stream.forEach(fresh::add);
                done = true;
            } finally {
                current = done ? fresh : current;
                next = null;
            }
        }
    }

    abstract static class Naive extends BloomGuardContract {
        abstract Fault fault();

        @Override
        protected Shield create(long items, double falsePositives) {
            return new NaiveShield(fault(), items);
        }
    }

    static final class Right extends Naive {
        @Override
        Fault fault() {
            return Fault.NONE;
        }
    }

    static final class ForgetsWrites extends Naive {
        @Override
        Fault fault() {
            return Fault.FORGETS_WRITES;
        }
    }

    static final class SwapsWithoutWritesUnderWay extends Naive {
        @Override
        Fault fault() {
            return Fault.SWAPS_WITHOUT_WRITES_UNDER_WAY;
        }
    }

    static final class FeedsOnlyTheOld extends Naive {
        @Override
        Fault fault() {
            return Fault.FEEDS_ONLY_THE_OLD;
        }
    }

    static final class LooksUpAll extends Naive {
        @Override
        Fault fault() {
            return Fault.LOOKS_UP_ALL;
        }
    }

    static final class KeepsAFailedRebuild extends Naive {
        @Override
        Fault fault() {
            return Fault.KEEPS_A_FAILED_REBUILD;
        }
    }

    static final class NeverForgets extends Naive {
        @Override
        Fault fault() {
            return Fault.NEVER_FORGETS;
        }
    }

    @Test
    void convictsEach() {
        Kit.convicts(Right.class);
        Kit.convicts(ForgetsWrites.class, "BG-1", "BG-2");
        Kit.convicts(SwapsWithoutWritesUnderWay.class, "BG-2");
        Kit.convicts(FeedsOnlyTheOld.class, "BG-2");
        Kit.convicts(LooksUpAll.class, "BG-3", "BG-6");
        Kit.convicts(KeepsAFailedRebuild.class, "BG-5");
        Kit.convicts(NeverForgets.class, "BG-6");
    }
}
