package dev.backendmastery.caching.redis;

/** Redis did not answer within the deadline, or had just failed to and is not asked again yet. */
public final class RedisUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RedisUnavailableException(String message) {
        super(message);
    }

    RedisUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
