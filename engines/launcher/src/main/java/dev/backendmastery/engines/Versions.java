package dev.backendmastery.engines;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The servers' versions, as the build pinned them. */
final class Versions {

    private static final Properties ALL = load();

    private Versions() {}

    static String of(String server) {
        String version = ALL.getProperty(server);
        if (version == null) {
            throw new IllegalArgumentException("no version of " + server + " in versions.properties");
        }
        return version;
    }

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = BinaryCache.resource("dev/backendmastery/engines/versions.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
