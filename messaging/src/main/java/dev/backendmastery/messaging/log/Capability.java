package dev.backendmastery.messaging.log;

/** What not every log can do. */
public enum Capability {
    /** What was acked, and what was committed, is there after the log was closed and opened again. */
    DURABLE,
    /** Several processes may use it at once. */
    SHARED,
    /** {@link MessageLog#transactions}: appends and commits of a group that all take place or none. */
    TRANSACTIONS
}
