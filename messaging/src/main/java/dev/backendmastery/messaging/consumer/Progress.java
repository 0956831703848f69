package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.Commit;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How far one assignment of a partition has got: what was taken and is not finished, and with it the offset that may be
 * committed and the gaps above. Takes memory for what is open, not for what is finished.
 *
 * <p><b>Threads.</b> One: the owner.
 */
final class Progress {

    /** From here on nothing more is taken: the gaps would soon not fit into a commit. */
    private static final int CRAMPED = Gaps.ROOM / 4 * 3;

    private final TreeSet<Long> open = new TreeSet<>();
    /** Finished before this assignment. */
    private final Gaps before;
    /** After the last one that was taken or skipped; -1 if nothing is known yet. */
    private long next;

    /** @param committed what the group has committed, or null */
    Progress(@Nullable Commit committed, Gaps before) {
        this.before = before;
        this.next = committed == null ? -1 : committed.offset();
    }

    /** Takes a record, by ascending offset. @return false if it is finished already, or was taken before */
    boolean take(long offset) {
        if (offset < next) {
            return false;
        }
        next = offset + 1;
        return !before.contains(offset) && open.add(offset);
    }

    void finish(long offset) {
        if (!open.remove(offset)) {
            throw new IllegalStateException("offset " + offset + " was not open");
        }
    }

    int open() {
        return open.size();
    }

    long next() {
        return next;
    }

    /** The first offset that is not finished; -1 if nothing is known yet. */
    long low() {
        if (!open.isEmpty()) {
            return open.first();
        }
        long low = next;
        for (int run = 0; run < before.runs(); run++) {
            if (before.from(run) <= low && low < before.to(run)) {
                low = before.to(run);
            }
        }
        return low;
    }

    /** What is finished above {@link #low}. */
    Gaps gaps() {
        Gaps.Collector collector = new Gaps.Collector();
        long at = low();
        if (!open.isEmpty()) {
            at++;
            for (long offset : open.tailSet(at)) {
                collector.add(at, offset);
                at = offset + 1;
            }
            collector.add(at, next);
        }
        for (int run = 0; run < before.runs(); run++) {
            collector.add(Math.max(Math.max(at, next), before.from(run)), before.to(run));
        }
        return collector.gaps();
    }

    /** Null if nothing is known yet. */
    @Nullable
    Commit commit() {
        long low = low();
        return low < 0 ? null : new Commit(low, gaps().encode(low));
    }

    /** Whether to take more would soon make more gaps than fit. What fills known gaps does not. */
    boolean isCramped() {
        long known = before.runs() == 0 ? 0 : before.to(before.runs() - 1);
        long low = low();
        // A bit for each offset is never too little: so only a wide span need be measured.
        return next >= known && (next - low) / 8 > CRAMPED - 16 && gaps().size(low) > CRAMPED;
    }
}
