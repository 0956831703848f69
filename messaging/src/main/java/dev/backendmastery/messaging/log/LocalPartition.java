package dev.backendmastery.messaging.log;

/** A partition that this process keeps. Safe for any number of threads. */
interface LocalPartition {

    Partition id();

    long first();

    long end();

    /**
     * What is there now from {@code offset} on, without waiting.
     *
     * @throws OffsetOutOfRangeException if the offset is not there
     */
    Chunk read(long offset, int maxRecords) throws InterruptedException;

    long offsetAt(long millis) throws InterruptedException;
}
