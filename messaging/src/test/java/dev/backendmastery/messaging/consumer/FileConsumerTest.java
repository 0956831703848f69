package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.log.FileLog;
import dev.backendmastery.messaging.log.MessageLog;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

/** On the file log, whose acks come from a thread of its own. */
final class FileConsumerTest extends ConsumerContract {

    @TempDir
    Path folder = Path.of("");

    @Override
    protected MessageLog open() {
        return FileLog.in(folder).forceEvery(Duration.ofMillis(20)).open();
    }

    @Override
    protected Duration patience() {
        return Duration.ofSeconds(20);
    }
}
