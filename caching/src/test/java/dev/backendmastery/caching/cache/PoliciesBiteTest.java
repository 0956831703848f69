package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.caching.cache.DuelQueues.Door;
import dev.backendmastery.core.kit.Kit;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each policy below is wrong in the one way that its name says, and the clauses named here convict it. */
final class PoliciesBiteTest {

    @Test
    void convictsEachFault() {
        assertAll(
                () -> Kit.convicts(EvictsWhatIsYoungest.class, "LRU-1"),
                () -> Kit.convicts(
                        ForgetsRemovals.class,
                        "C-2",
                        "C-3",
                        "C-4",
                        "C-7",
                        "C-11",
                        "C-12",
                        "C-13",
                        "C-14",
                        "C-15",
                        "C-16",
                        "C-19",
                        "C-21",
                        "LRU-1",
                        "P-1",
                        "P-3"),
                () -> Kit.convicts(EvictsTwoForOne.class, "C-4", "C-11", "C-14", "C-15", "C-20", "LRU-1", "P-1", "P-3"),
                () -> Kit.convicts(EvictsOnAHit.class, "C-21", "LRU-1", "P-1", "P-2", "P-3"),
                () -> Kit.convicts(LruForLfu.class, "LFU-1"),
                () -> Kit.convicts(CountsNoWrites.class, "LFU-1"),
                () -> Kit.convicts(NoSecondChance.class, "CLK-1"),
                () -> Kit.convicts(ManyChances.class, "CLK-1"),
                () -> Kit.convicts(MovesWhatItSpares.class, "SV-1"),
                () -> Kit.convicts(NoSmallQueue.class, "S3-1", "S3-2"),
                () -> Kit.convicts(IgnoresGhosts.class, "S3-2"),
                () -> Kit.convicts(GhostsForEver.class, "S3-2"),
                () -> Kit.convicts(AdmitsAll.class, "TL-1"),
                () -> Kit.convicts(WindowStays.class, "TL-2"),
                () -> Kit.convicts(OnlyPromotes.class, "DL-2", "DL-3", "DL-6"),
                () -> Kit.convicts(OnlyContests.class, "DL-1", "DL-3", "DL-4", "DL-6"),
                () -> Kit.convicts(OnlyHolds.class, "DL-1", "DL-2", "DL-4", "DL-6"),
                () -> Kit.convicts(NeverWaits.class, "DL-6"));
    }

    /** Passes all on to another. */
    static class Passes<K, V> implements EvictionPolicy<K, V> {
        final EvictionPolicy<K, V> right;

        Passes(EvictionPolicy<K, V> right) {
            this.right = right;
        }

        @Override
        public int marks() {
            return right.marks();
        }

        @Override
        public int writesBetweenReplays() {
            return right.writesBetweenReplays();
        }

        @Override
        public void inserted(Entry<K, V> entry) {
            right.inserted(entry);
        }

        @Override
        public void accessed(Entry<K, V> entry) {
            right.accessed(entry);
        }

        @Override
        public void replaced(Entry<K, V> before, Entry<K, V> entry) {
            right.replaced(before, entry);
        }

        @Override
        public void removed(Entry<K, V> entry) {
            right.removed(entry);
        }

        @Override
        public @Nullable Entry<K, V> evict() {
            return right.evict();
        }

        @Override
        public void validate(int size) {
            right.validate(size);
        }
    }

    static final class EvictsWhatIsYoungest extends LruCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new Passes<>(new LruPolicy<K, V>()) {
                private @Nullable Entry<K, V> youngest;

                @Override
                public void inserted(Entry<K, V> entry) {
                    super.inserted(entry);
                    youngest = entry;
                }

                @Override
                public @Nullable Entry<K, V> evict() {
                    if (youngest == null || youngest.list == null) {
                        return super.evict();
                    }
                    removed(youngest);
                    return youngest;
                }
            });
        }
    }

    static final class ForgetsRemovals extends LruCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new Passes<>(new LruPolicy<K, V>()) {
                @Override
                public void removed(Entry<K, V> entry) {}
            });
        }
    }

    static final class EvictsTwoForOne extends LruCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new Passes<>(new LruPolicy<K, V>()) {
                @Override
                public @Nullable Entry<K, V> evict() {
                    super.evict();
                    return super.evict();
                }
            });
        }
    }

    static final class EvictsOnAHit extends LruCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new Passes<>(new LruPolicy<K, V>()) {
                @Override
                public void accessed(Entry<K, V> entry) {
                    super.accessed(entry);
                    if (size > 150) {
                        super.evict();
                    }
                }
            });
        }
    }

    static final class LruForLfu extends LfuCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.lru();
        }
    }

    static final class CountsNoWrites extends LfuCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new Passes<>(new LfuPolicy<K, V>()) {
                @Override
                public void replaced(Entry<K, V> before, Entry<K, V> entry) {
                    EvictionPolicy.takePlace(before, entry, 0);
                }
            });
        }
    }

    static final class NoSecondChance extends ClockCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new Passes<>(new ClockPolicy<K, V>()) {
                @Override
                public int marks() {
                    return 0;
                }
            });
        }
    }

    static final class ManyChances extends ClockCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new Passes<>(new ClockPolicy<K, V>()) {
                @Override
                public int marks() {
                    return Entry.MOST_HITS;
                }
            });
        }
    }

    static final class MovesWhatItSpares extends SieveCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.clock();
        }
    }

    static final class NoSmallQueue extends S3FifoCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.clock();
        }
    }

    static final class IgnoresGhosts extends S3FifoCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new S3FifoPolicy<>(size, new Ghosts(1)));
        }
    }

    static final class GhostsForEver extends S3FifoCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new S3FifoPolicy<>(size, new Ghosts(1 << 20) {
                @Override
                void add(int hash, int entries) {
                    super.add(hash, Integer.MAX_VALUE);
                }
            }));
        }
    }

    static final class AdmitsAll extends TinyLfuCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.lru();
        }
    }

    static final class WindowStays extends TinyLfuCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.tinyLfu(0.01);
        }
    }

    static final class OnlyPromotes extends DuelCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new DuelPolicy<>(size, EnumSet.of(Door.PROMOTE), builder.random()));
        }
    }

    static final class OnlyContests extends DuelCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new DuelPolicy<>(size, EnumSet.of(Door.CONTEST), builder.random()));
        }
    }

    static final class NeverWaits extends DuelCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size ->
                    new DuelPolicy<>(size, EnumSet.of(Door.PROMOTE, Door.CONTEST, Door.HOLD), builder.random()));
        }
    }

    static final class OnlyHolds extends DuelCacheTest {
        @Override
        <K, V> BoundedCache<K, V> build(BoundedCache.Builder<K, V> builder) {
            return builder.build(size -> new DuelPolicy<>(size, EnumSet.of(Door.HOLD), builder.random()));
        }
    }
}
