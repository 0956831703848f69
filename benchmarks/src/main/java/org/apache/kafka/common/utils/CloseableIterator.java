package org.apache.kafka.common.utils;

import java.io.Closeable;
import java.util.Iterator;

/**
 * The parallel consumer looks for it here, where Kafka's clients had it before 4.x; without it the peer does not run on the
 * clients that everything else here runs on.
 */
public interface CloseableIterator<T> extends Iterator<T>, Closeable {

    @Override
    void close();
}
