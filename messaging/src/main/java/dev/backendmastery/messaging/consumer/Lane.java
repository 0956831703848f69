package dev.backendmastery.messaging.consumer;

import java.util.ArrayDeque;

/** Tasks that are run one after the other. Guarded by the lock of {@link Lanes}. */
final class Lane {

    enum State {
        /** Has no task, or waits for a worker. */
        READY,
        /** A worker has its first task. */
        RUNNING,
        /** Its first task waits for a timer or an ack. */
        HELD
    }

    final Object key;

    final ArrayDeque<Task> tasks = new ArrayDeque<>();
    State state = State.READY;
    boolean queued;

    Lane(Object key) {
        this.key = key;
    }
}
