package dev.backendmastery.messaging.consumer;

/** Which records are handled one after the other, by offset. */
public enum Order {
    /** Those of a key, within a partition. Records without a key wait for none. */
    KEY,
    /** Those of a partition. */
    PARTITION,
    /** None. */
    NONE
}
