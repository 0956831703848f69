package dev.backendmastery.core.resilience;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call took longer than its {@link Timeout} allows. Whether it had an effect is unknown. */
public final class CallTimeoutException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Duration limit;

    /** The call exceeded {@code limit} and ended in {@code cause}, if it ended at all and with an exception. */
    public CallTimeoutException(Duration limit, @Nullable Throwable cause) {
        super("the call took longer than " + limit, cause);
        this.limit = limit;
    }

    /** The time that the call had. */
    public Duration limit() {
        return limit;
    }
}
