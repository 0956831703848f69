package dev.backendmastery.search.index;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same at length. */
@Tag("soak")
final class SegmentIndexSoakTest extends SegmentIndexContract {

    @Override
    int rounds(int all) {
        return 8 * all;
    }

    @Test
    @DisplayName("IX-15 who is killed at any moment leaves the last commit, or the one under way")
    void killed() throws IOException, InterruptedException {
        for (int round = 0; round < 20; round++) {
            KilledWriter.run(folder.resolve("killed" + round), 1 + 7L * round);
        }
    }
}
