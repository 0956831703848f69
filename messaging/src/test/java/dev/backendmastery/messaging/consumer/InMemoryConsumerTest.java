package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.InMemoryLog;
import dev.backendmastery.messaging.log.MessageLog;
import java.time.Duration;

final class InMemoryConsumerTest extends ConsumerContract {

    @Override
    protected MessageLog open() {
        return new InMemoryLog();
    }

    @Override
    protected Duration patience() {
        return Duration.ofSeconds(20);
    }
}
