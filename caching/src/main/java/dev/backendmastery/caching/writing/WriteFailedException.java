package dev.backendmastery.caching.writing;

/** The store did not take a change, or did not say that it has; the cause is what the writer threw. */
public final class WriteFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    WriteFailedException(Object key, Throwable cause) {
        super("could not write " + key, cause);
    }
}
