package dev.backendmastery.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a JVM leaves behind when it ends: nothing but the binaries' cache. */
class JvmEndTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    /** How a JVM may end. */
    enum End {
        RETURN,
        EXIT,
        HALT,
        SIGTERM,
        SIGKILL
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("when a JVM ends, its servers' processes and folders are gone, paused ones too")
    void nothingStays(End end) throws IOException {
        try (ChildJvm child = ChildJvm.start(Child.class, Map.of(), end.name())) {
            Path folder = Path.of(child.line("folder"));
            List<ProcessHandle> servers = List.of(child.line("pids").split(" ", -1)).stream()
                    .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
                    .toList();
            // PostgreSQL and a paused one, Redis and a paused one, the watcher; and in one case a forked JVM.
            assertEquals(end == End.SIGKILL ? 6 : 5, servers.size());
            assertTrue(servers.stream().allMatch(ProcessHandle::isAlive));
            assertTrue(Files.isDirectory(folder));
            switch (end) {
                case SIGTERM -> child.process().toHandle().destroy();
                case SIGKILL -> child.process().toHandle().destroyForcibly();
                case RETURN, EXIT, HALT -> child.say("end");
            }
            assertTrue(Await.until(SOON, () -> !child.process().isAlive()), "the child ends");
            assertTrue(
                    Await.until(SOON, () -> servers.stream().noneMatch(ProcessHandle::isAlive)),
                    () -> "still there: "
                            + servers.stream().filter(ProcessHandle::isAlive).toList());
            assertTrue(Await.until(SOON, () -> !Files.exists(folder)), () -> folder + " is still there");
            assertFalse(Files.exists(folder));
        }
    }

    /** The JVM that ends. */
    static final class Child {

        private Child() {}

        public static void main(String[] args) throws IOException {
            Engines.start(Engine.POSTGRES, Engine.REDIS);
            Postgres postgres = Postgres.builder().start();
            Redis redis = Redis.builder().start();
            postgres.pause();
            redis.pause();
            if (End.valueOf(args[0]) == End.SIGKILL) {
                Engines.start(Engine.KAFKA);
            }
            System.out.println("folder=" + Session.current().folder());
            // All children: the servers and the watcher.
            System.out.println("pids="
                    + ProcessHandle.current()
                            .children()
                            .map(child -> Long.toString(child.pid()))
                            .collect(Collectors.joining(" ")));
            if (System.in.read() < 0) {
                throw new IOException("the parent is gone");
            }
            switch (End.valueOf(args[0])) {
                case EXIT -> System.exit(3);
                case HALT -> Runtime.getRuntime().halt(3);
                case RETURN, SIGTERM, SIGKILL -> {}
            }
        }
    }
}
