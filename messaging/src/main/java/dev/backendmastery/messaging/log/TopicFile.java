package dev.backendmastery.messaging.log;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** The settings of a topic in its folder. A folder without them is no topic: its making was cut short. */
final class TopicFile {

    private static final String NAME = "topic.properties";

    private TopicFile() {}

    static void write(Disk disk, Path folder, Topic topic) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append("partitions=").append(topic.partitions()).append('\n');
        text.append("compacted=").append(topic.compacted()).append('\n');
        text.append("tombstones=").append(topic.tombstones()).append('\n');
        text.append("segmentBytes=").append(topic.segmentBytes()).append('\n');
        if (topic.maxAge() != null) {
            text.append("maxAge=").append(topic.maxAge()).append('\n');
        }
        if (topic.maxBytes() != null) {
            text.append("maxBytes=").append(topic.maxBytes()).append('\n');
        }
        Path draft = folder.resolve(NAME + ".draft");
        Files.deleteIfExists(draft);
        try (Disk.Appender out = disk.append(draft)) {
            out.write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
            out.force();
        }
        Files.move(draft, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
        disk.forceFolder(folder);
    }

    /** Null if there is none. @throws CorruptLogException if it cannot be read */
    static @Nullable Topic read(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return null;
        }
        Properties found = new Properties();
        found.load(new StringReader(Files.readString(file)));
        try {
            String maxAge = found.getProperty("maxAge");
            String maxBytes = found.getProperty("maxBytes");
            return new Topic(
                    String.valueOf(folder.getFileName()),
                    Integer.parseInt(found.getProperty("partitions", "")),
                    maxAge == null ? null : Duration.parse(maxAge),
                    maxBytes == null ? null : Long.valueOf(maxBytes),
                    Boolean.parseBoolean(found.getProperty("compacted")),
                    Duration.parse(found.getProperty("tombstones", "")),
                    Integer.parseInt(found.getProperty("segmentBytes", "")));
        } catch (RuntimeException e) {
            throw new CorruptLogException(file + " is no settings of a topic: " + e.getMessage());
        }
    }
}
