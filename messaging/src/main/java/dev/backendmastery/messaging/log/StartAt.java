package dev.backendmastery.messaging.log;

/**
 * Where a group begins in a partition that it has committed nothing of, or whose committed offset retention has
 * removed.
 */
public enum StartAt {
    /** With the first that is there. */
    FIRST,
    /** With what comes from now on. */
    END
}
