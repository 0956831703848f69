package dev.backendmastery.core.lease;

/** A holder whose lease was lost tried to act: somebody with a newer one has been here. */
public final class StaleEpochException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What it came with. */
    private final long epoch;
    /** What had been seen. */
    private final long newest;

    /** Says that {@code epoch} came after {@code newest} had been seen. */
    public StaleEpochException(long epoch, long newest) {
        super("epoch " + epoch + " is over: " + newest + " has been here");
        this.epoch = epoch;
        this.newest = newest;
    }

    /** The epoch that was refused. */
    public long epoch() {
        return epoch;
    }

    /** The newest epoch that had been seen. */
    public long newest() {
        return newest;
    }
}
