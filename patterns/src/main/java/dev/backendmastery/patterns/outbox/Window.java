package dev.backendmastery.patterns.outbox;

/**
 * How far a reader of rows has got, if it may read a row only when no transaction can still add one before it.
 *
 * <p>Ids are handed out before commits, so a lower id may show up later: going on after the highest id seen loses it. The
 * oldest transaction that still runs, {@code xmin}, bounds that: all rows with a lower transaction id are there to be seen
 * or never will be. Between two observations of xmin lies a window of transaction ids. <b>In</b> it the rows go by id,
 * not by transaction id: a transaction may take its id early, wait for another to commit, and then write what depends on
 * it. That other one has the higher transaction id and the lower row id. Both fall into one window, or the one that
 * depends into a later one: when a window ends at {@code xmin} all that is in it had ended, so nothing in it can depend on
 * what is not. That holds for bounds at which xmin was seen, and for no others; so a window that is too large for one page
 * is read in several, and its bounds stay what they are.
 *
 * @param lo all transactions below are done with
 * @param hi the window's end: an xmin that was seen
 * @param lastId all rows of the window up to this one are done with
 */
record Window(long lo, long hi, long lastId) {

    static final Window START = new Window(0, 0, 0);

    /** Whether rows of it may be left. */
    boolean isOpen() {
        return lo < hi;
    }

    /** The window after this one, which is done with, up to {@code xmin}; this one if nothing has ended since. */
    Window upTo(long xmin) {
        if (isOpen()) {
            throw new IllegalStateException("rows of " + this + " may be left");
        }
        return xmin <= hi ? this : new Window(hi, xmin, 0);
    }

    /** After its rows up to {@code id} are done with. */
    Window after(long id) {
        return new Window(lo, hi, id);
    }

    /** After all of its rows are done with. */
    Window done() {
        return new Window(hi, hi, 0);
    }
}
