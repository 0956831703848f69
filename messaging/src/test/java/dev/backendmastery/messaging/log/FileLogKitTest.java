package dev.backendmastery.messaging.log;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.io.TempDir;

/** The file log, with the disk forced for each batch. */
final class FileLogKitTest extends MessageLogContract {

    @TempDir
    Path folder = Path.of("");

    private final ManualTime time = new ManualTime();

    @Override
    protected MessageLog open() {
        return FileLog.in(folder).clock(time).ticker(time.ticker()).open();
    }

    @Override
    protected Instant now() {
        return time.instant();
    }

    @Override
    protected void elapse(Duration by) {
        time.advance(by);
    }

    @Override
    protected void maintain(MessageLog log) {
        try {
            ((FileLog) log).maintain();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
