package dev.backendmastery.caching.loading;

/** A value could not be loaded; the cause is what the loader threw, the same one for all who waited. */
public class LoadFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** {@code key} could not be loaded because of {@code cause}. */
    public LoadFailedException(Object key, Throwable cause) {
        super("could not load " + key, cause);
    }

    LoadFailedException(String message) {
        super(message);
    }
}
