package dev.backendmastery.caching.loading;

import java.time.Duration;

/** A load did not end by its deadline. It may still be running; what it returns will be dropped. */
public final class LoadTimeoutException extends LoadFailedException {

    private static final long serialVersionUID = 1L;

    private final Duration deadline;

    /** {@code key} was not loaded within {@code deadline}. */
    public LoadTimeoutException(Object key, Duration deadline) {
        super(key + " was not loaded within " + deadline);
        this.deadline = deadline;
    }

    /** As seen by a caller: its own stack, and the first one as the cause. */
    LoadTimeoutException(Object key, LoadTimeoutException first) {
        this(key, first.deadline);
        initCause(first);
    }

    /** The time that the load had. */
    public Duration deadline() {
        return deadline;
    }
}
