package dev.backendmastery.messaging.log;

/** Nothing is, or will next be, at that offset: retention has removed it, or it was never given. */
public final class OffsetOutOfRangeException extends MessageLogException {

    private static final long serialVersionUID = 1L;

    private final long first;
    private final long end;

    /** With what was asked for and what there is. */
    public OffsetOutOfRangeException(Partition partition, long offset, long first, long end) {
        super(partition + " has offsets from " + first + " up to, not including, " + end + "; asked for " + offset);
        this.first = first;
        this.end = end;
    }

    /** The first offset that can be read. */
    public long first() {
        return first;
    }

    /** The offset that the next append will be given. */
    public long end() {
        return end;
    }
}
