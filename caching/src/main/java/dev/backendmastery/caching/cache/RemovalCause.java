package dev.backendmastery.caching.cache;

/** Why a value is no longer remembered. */
public enum RemovalCause {
    /** It was removed or cleared, or a computation returned null. */
    EXPLICIT,
    /** Another value was put, loaded or computed for its key. */
    REPLACED,
    /** Its time was over. */
    EXPIRED,
    /** The cache was full, or has no room for so heavy a value at all. */
    SIZE
}
