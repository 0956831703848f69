package dev.backendmastery.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server process: its start until it serves, its end, and what may be done to it between.
 *
 * <p>In its folder: {@code log}, what it printed; {@code pid}, which the {@link Session} watcher reads; {@code paused},
 * the processes that a pause stopped; and the server's data.
 *
 * <p><b>Threads.</b> Safe for any number of threads; one verb at a time.
 */
final class ServerProcess {

    /** How long a start may take before it has failed. */
    static final Duration START_LIMIT = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final int TAIL_LINES = 40;

    /** The process writes its own id before it becomes the server: the watcher never misses one. */
    private static final String EXEC = "echo \"$$ $2\" > \"$1\" && shift 2 && exec \"$@\"";

    /**
     * What to run.
     *
     * @param folder the server's own folder, made by {@link Session#newFolder}
     * @param environment added to this JVM's
     * @param stopSignal ends it in order
     * @param endSignal ends it at once, and still lets it give back what outlives a process
     */
    record Spec(
            Engine engine,
            Path folder,
            List<String> command,
            Map<String, String> environment,
            String stopSignal,
            String endSignal) {

        Path log() {
            return folder.resolve("log");
        }
    }

    private final Spec spec;
    private final Predicate<ServerProcess> serves;
    private final Duration limit;
    private @Nullable Process process;
    private Duration startTime = Duration.ZERO;
    private long logStart;
    private boolean paused;
    private boolean closed;

    /**
     * @param serves asked until it says yes; a failure to connect is a no
     * @param limit how long a start may take
     */
    ServerProcess(Spec spec, Predicate<ServerProcess> serves, Duration limit) {
        this.spec = spec;
        this.serves = serves;
        this.limit = limit;
    }

    /**
     * Starts it and waits until it serves.
     *
     * @throws EngineStartException if it does not within the limit; it is then killed
     * @throws IllegalStateException if it runs already, or is closed
     */
    synchronized void start() {
        checkOpen();
        if (isRunning()) {
            throw new IllegalStateException(spec.engine().title() + " runs already, pid " + pid());
        }
        long begin = System.nanoTime();
        List<String> command = new ArrayList<>(
                List.of("sh", "-c", EXEC, "sh", spec.folder().resolve("pid").toString(), spec.endSignal()));
        command.addAll(spec.command());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(spec.folder().toFile())
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(spec.log().toFile()));
        builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH"));
        builder.environment().putAll(spec.environment());
        Process started;
        try {
            logStart = Files.exists(spec.log()) ? Files.size(spec.log()) : 0;
            started = builder.start();
        } catch (IOException e) {
            throw new EngineStartException(spec.engine(), e.getMessage() + " (" + spec.command() + ")", e);
        }
        process = started;
        if (!Await.until(limit, () -> !started.isAlive() || serves.test(this)) || !started.isAlive()) {
            String reason = started.isAlive()
                    ? Thread.currentThread().isInterrupted()
                            ? "the start was interrupted"
                            : "it does not serve after " + limit.toSeconds() + " s"
                    : "it ended with " + started.exitValue();
            String message = reason + "; end of " + spec.log() + ":\n" + tail();
            end();
            throw new EngineStartException(spec.engine(), message, null);
        }
        startTime = Duration.ofNanos(System.nanoTime() - begin);
        LOG.debug("{} started in {} ms, pid {}", spec.engine().title(), startTime.toMillis(), started.pid());
    }

    /** Stops every process of the server where it stands, as a long collection or a frozen machine would. */
    synchronized void pause() {
        Process running = running();
        if (paused) {
            return;
        }
        Set<Long> stopped = new LinkedHashSet<>();
        // The first is the parent of all: once it stands, the set of the others no longer grows but through them.
        for (int round = 0; round < 100; round++) {
            Set<Long> found = tree(running);
            found.removeAll(stopped);
            if (found.isEmpty()) {
                break;
            }
            stopped.addAll(found);
            writePaused(stopped); // first: the watcher must be able to wake what we put to sleep
            Tools.signal("STOP", found);
        }
        paused = true;
    }

    /** Lets a paused server go on. */
    synchronized void resume() {
        running();
        wake();
    }

    /** Kills every process of the server, as a crash does, and waits until they are gone. Data and ports stay. */
    synchronized void kill() {
        Process running = running();
        List<ProcessHandle> others = running.toHandle().descendants().toList();
        running.destroyForcibly();
        others.forEach(ProcessHandle::destroyForcibly);
        boolean gone = Await.until(
                STOP_LIMIT, () -> !running.isAlive() && others.stream().noneMatch(ServerProcess::isAlive));
        if (!gone) {
            throw new IllegalStateException(spec.engine().title() + " survives SIGKILL, pid " + running.pid());
        }
        forget();
    }

    /** Ends it in order, keeping its data; does nothing if it does not run. */
    synchronized void stop() {
        if (!isRunning()) {
            return;
        }
        Process running = running();
        wake();
        Tools.signal(spec.stopSignal(), List.of(running.pid()));
        if (!Await.until(STOP_LIMIT, () -> !running.isAlive())) {
            LOG.warn("{} does not stop within {} s and is killed", spec.engine().title(), STOP_LIMIT.toSeconds());
            kill();
        }
        forget();
    }

    /** Stops it if it runs, and starts it on the same data and ports. */
    synchronized void restart() {
        stop();
        start();
    }

    /** Ends it at once and removes its folder; a second call does nothing. */
    synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        end();
        try {
            Session.delete(spec.folder());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + spec.folder(), e);
        }
    }

    synchronized boolean isRunning() {
        return process != null && process.isAlive();
    }

    synchronized long pid() {
        return running().pid();
    }

    synchronized Duration startTime() {
        return startTime;
    }

    Path folder() {
        return spec.folder();
    }

    Path logFile() {
        return spec.log();
    }

    /** Whether the log holds this text, written since the last start. */
    boolean logged(String text) {
        try (var log = Files.newByteChannel(spec.log())) {
            log.position(logStart);
            return new String(Channels.newInputStream(log).readAllBytes(), StandardCharsets.UTF_8).contains(text);
        } catch (IOException notThere) {
            return false;
        }
    }

    private static boolean isAlive(ProcessHandle handle) {
        return handle.isAlive();
    }

    private Process running() {
        checkOpen();
        Process current = process;
        if (current == null || !current.isAlive()) {
            throw new IllegalStateException(spec.engine().title() + " does not run");
        }
        return current;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(spec.engine().title() + " is closed");
        }
    }

    private static Set<Long> tree(Process root) {
        Set<Long> pids = new LinkedHashSet<>();
        pids.add(root.pid());
        root.toHandle().descendants().forEach(handle -> pids.add(handle.pid()));
        return pids;
    }

    private void writePaused(Set<Long> pids) {
        try {
            Files.writeString(
                    spec.folder().resolve("paused"),
                    String.join(" ", pids.stream().map(String::valueOf).toList()) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void wake() {
        if (process != null && paused) {
            Tools.signal("CONT", tree(process));
            paused = false;
            remove("paused");
        }
    }

    /** Quickly, but with the chance to give back shared memory; then by force. */
    private void end() {
        Process current = process;
        if (current == null || !current.isAlive()) {
            forget();
            return;
        }
        wake();
        List<ProcessHandle> others = current.toHandle().descendants().toList();
        Tools.signal(spec.endSignal(), List.of(current.pid()));
        if (!Await.until(Duration.ofSeconds(10), () -> !current.isAlive())) {
            current.destroyForcibly();
        }
        others.forEach(ProcessHandle::destroyForcibly);
        if (!Await.until(STOP_LIMIT, () -> !current.isAlive() && others.stream().noneMatch(ServerProcess::isAlive))) {
            LOG.warn("{} survives SIGKILL, pid {}", spec.engine().title(), current.pid());
        }
        forget();
    }

    /** Its process id may soon be another program's: the watcher must not see it. */
    private void forget() {
        paused = false;
        remove("paused");
        remove("pid");
    }

    private void remove(String file) {
        try {
            Files.deleteIfExists(spec.folder().resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String tail() {
        try {
            List<String> lines = new String(Files.readAllBytes(spec.log()), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(unreadable: " + e + ")";
        }
    }
}
