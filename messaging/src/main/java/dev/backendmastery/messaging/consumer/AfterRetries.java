package dev.backendmastery.messaging.consumer;

/** What becomes of a record that failed for the last time. */
public enum AfterRetries {
    /**
     * It goes to the dead letters, and later records of its key follow it there, unhandled, in their order, until all of
     * them were replayed. A record without a key goes alone.
     */
    PARK,
    /** It alone goes to the dead letters; later records of its key are handled. */
    DEAD_LETTER
}
