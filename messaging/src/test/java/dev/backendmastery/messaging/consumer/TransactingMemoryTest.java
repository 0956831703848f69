package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.MessageLog;

/** On transactions in memory: those in which the faults are planted are right without them. */
final class TransactingMemoryTest extends TransactionalConsumerContract {
    @Override
    protected MessageLog open() {
        return new TransactingMemoryLog();
    }
}
