package dev.backendmastery.patterns.outbox;

/**
 * How far a reader of rows has got: the rows of transactions that had ended at one moment and not yet at an earlier one,
 * by id.
 *
 * <p>Ids are handed out before commits, so a lower id may show up later: going on after the highest id seen loses it.
 * Going by transaction id, as far as none that runs is lower, loses nothing, and still turns events round: a transaction may take its
 * id early, wait for another to commit, and then write what depends on it. Nor does it help to sort by row id what lies between two observations
 * of that lowest one: a third transaction, which runs on, may lie between the two that depend on each other.
 *
 * <p>What had ended at a moment is closed under dependence: what a transaction could see when it wrote had ended
 * before it did. So between two such snapshots each row has its place in one window, no window depends on a later one, nobody is
 * waited for, and within a window the row ids, handed out one by one while the rows were written, agree with what depends on what. That holds for whole windows: one that is too large
 * for a page is read in several, and its bounds stay what they are.
 *
 * @param since all that had ended then is done with
 * @param until what had ended then is in the window
 * @param lastId the rows of the window up to this one are done with
 */
record Window(Snapshot since, Snapshot until, long lastId) {

    static final Window START = new Window(Snapshot.FIRST, Snapshot.FIRST, 0);

    /** Whether rows of it may be left. */
    boolean isOpen() {
        return !since.equals(until);
    }

    /** The window after this one, which is done with, up to {@code now}; this one if nothing has ended since. */
    Window upTo(Snapshot now) {
        if (isOpen()) {
            throw new IllegalStateException("rows of " + this + " may be left");
        }
        return now.xmax() < until.xmax() ? this : new Window(until, now, 0);
    }

    /** After its rows up to {@code id} are done with. */
    Window after(long id) {
        return new Window(since, until, id);
    }

    /** After all of its rows are done with. */
    Window done() {
        return new Window(until, until, 0);
    }
}
