package dev.backendmastery.search.index;

import dev.backendmastery.core.kit.Kit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Each planted fault is convicted by its clauses and no others. */
final class SegmentIndexContractBitesTest {

    /** The clauses with less of what is random: enough for a fault to be seen. */
    abstract static class Planted extends SegmentIndexContract {
        @Override
        int rounds(int all) {
            return Math.max(1, all / 10);
        }
    }

    static final class NoFault extends Planted {}

    static final class BoundsTooLow extends Planted {
        @Override
        SegmentIndex.Builder with(SegmentIndex.Builder settings) {
            return settings.weighings((similarity, documents, sum) -> new Weighing(similarity, documents, sum) {
                @Override
                double bound(double weight, double best) {
                    return 0.97 * super.bound(weight, best);
                }
            });
        }
    }

    static final class BringsBackDeleted extends Planted {
        @Override
        SegmentIndex.Builder with(SegmentIndex.Builder settings) {
            return settings.merger(merge -> {
                Merge all = merge.withDeleted();
                Segment merged = all.run();
                System.arraycopy(all.moved, 0, merge.moved, 0, merge.moved.length);
                return merged;
            });
        }
    }

    static final class ForgetsDeletesDuringMerges extends Planted {
        @Override
        SegmentIndex.Builder with(SegmentIndex.Builder settings) {
            return settings.merger(merge -> {
                Segment merged = merge.run();
                // Whoever asks what became of a document is told that it went.
                for (int[] part : merge.moved) {
                    Arrays.fill(part, -1);
                }
                return merged;
            });
        }
    }

    static final class RenamesTooEarly extends Planted {
        @Override
        SegmentIndex.Builder with(SegmentIndex.Builder settings) {
            return settings.disk(new Disk() {
                private final Disk real = settings.disk();

                @Override
                public void write(Path file, byte[] data, int size) throws IOException {
                    if (file.endsWith("commit.new")) {
                        // In place: torn if the machine ends now.
                        real.write(file.resolveSibling("commit"), data, size);
                    }
                    real.write(file, data, size);
                }

                @Override
                public void rename(Path from, Path to) throws IOException {
                    real.rename(from, to);
                }

                @Override
                public void forceFolder(Path folder) throws IOException {
                    real.forceFolder(folder);
                }

                @Override
                public void delete(Path file) throws IOException {
                    real.delete(file);
                }
            });
        }
    }

    static final class ChecksNothing extends Planted {
        @Override
        byte[] damaged(byte[] file) {
            Sink sink = new Sink(file.length + 8);
            sink.put(file, 0, Math.max(0, file.length - 4));
            Segment.putChecksum(sink);
            return sink.toBytes();
        }
    }

    static final class CountsAnExchangeTwice extends Planted {
        @Override
        int distance(String word, String other, int most) {
            int real = super.distance(word, other, most);
            boolean exchanged = word.length() == 2
                    && other.length() == 2
                    && word.charAt(0) == other.charAt(1)
                    && word.charAt(1) == other.charAt(0)
                    && word.charAt(0) != word.charAt(1);
            return exchanged ? most == 2 ? 2 : -1 : real;
        }
    }

    @Test
    void noFault() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void boundsTooLow() {
        Kit.convicts(BoundsTooLow.class, "IX-1");
    }

    @Test
    void bringsBackDeleted() {
        Kit.convicts(BringsBackDeleted.class, "IX-3", "IX-10");
    }

    @Test
    void forgetsDeletesDuringMerges() {
        Kit.convicts(ForgetsDeletesDuringMerges.class, "IX-4");
    }

    @Test
    void renamesTooEarly() {
        Kit.convicts(RenamesTooEarly.class, "IX-5");
    }

    @Test
    void checksNothing() {
        Kit.convicts(ChecksNothing.class, "IX-6");
    }

    @Test
    void countsAnExchangeTwice() {
        Kit.convicts(CountsAnExchangeTwice.class, "IX-8");
    }
}
