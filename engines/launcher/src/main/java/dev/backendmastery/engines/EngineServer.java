package dev.backendmastery.engines;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A running server: where it listens, and the faults that can be done to its process.
 *
 * <p><b>External servers.</b> One named by an environment variable has no process here: every verb that needs one throws
 * {@link UnsupportedOperationException}, and {@link #isExternal()} lets a test skip itself by name. <b>Shared servers</b>,
 * those of {@link Engines}, may be paused, killed and restarted by a test that puts them right again, but not closed.
 *
 * <p><b>Threads.</b> Safe for any number of threads; one verb at a time.
 */
public abstract class EngineServer implements AutoCloseable {

    private final Engine engine;
    private final String host;
    private final int port;
    private final @Nullable ServerProcess process;
    private volatile boolean shared;

    EngineServer(Engine engine, String host, int port, @Nullable ServerProcess process) {
        this.engine = engine;
        this.host = host;
        this.port = port;
        this.process = process;
    }

    /** What it is. */
    public final Engine engine() {
        return engine;
    }

    /** The host it listens on: 127.0.0.1 unless external. */
    public final String host() {
        return host;
    }

    /** The port it listens on; kept over restarts. */
    public final int port() {
        return port;
    }

    /** Whether it is the user's own server, named by an environment variable. */
    public final boolean isExternal() {
        return process == null;
    }

    /** Whether its process is there, paused or not; true for an external server, whose process is not ours to see. */
    public final boolean isRunning() {
        return process == null || process.isRunning();
    }

    /**
     * Stops all its processes where they stand (SIGSTOP): connections stay open and nothing answers. A paused server is
     * left alone.
     *
     * @throws IllegalStateException if it does not run
     * @throws UnsupportedOperationException if it is external
     */
    public void pause() {
        process("pause").pause();
    }

    /**
     * Lets a paused server go on (SIGCONT); one that is not paused is left alone.
     *
     * @throws IllegalStateException if it does not run
     * @throws UnsupportedOperationException if it is external
     */
    public void resume() {
        process("resume").resume();
    }

    /**
     * Kills all its processes (SIGKILL) and returns when they are gone. Data stay as the crash left them.
     *
     * @throws IllegalStateException if it does not run
     * @throws UnsupportedOperationException if it is external
     */
    public void kill() {
        process("kill").kill();
    }

    /**
     * Ends it in order and keeps its data; does nothing if it does not run.
     *
     * @throws UnsupportedOperationException if it is external
     */
    public void stop() {
        process("stop").stop();
    }

    /**
     * Starts it again on the same data and port, after {@link #stop}ping it if it runs; returns when it serves.
     *
     * @throws EngineStartException if it does not start
     * @throws UnsupportedOperationException if it is external
     */
    public void restart() {
        process("restart").restart();
    }

    /**
     * The id of its first process.
     *
     * @throws IllegalStateException if it does not run
     * @throws UnsupportedOperationException if it is external
     */
    public final long pid() {
        return process("pid").pid();
    }

    /**
     * The file with all that it printed, over all its starts; gone after {@link #close}.
     *
     * @throws UnsupportedOperationException if it is external
     */
    public final Path logFile() {
        return process("logFile").logFile();
    }

    /** How long its last start took, from the launch until it served; zero if it is external. */
    public final Duration startTime() {
        return process == null ? Duration.ZERO : process.startTime();
    }

    /**
     * Ends it at once and removes its data; a second call does nothing, nor does one on an external server.
     *
     * @throws IllegalStateException if it is a shared server, which ends with this JVM
     */
    @Override
    public void close() {
        if (process == null) {
            return;
        }
        if (shared) {
            throw new IllegalStateException(engine.title()
                    + " is shared by all tests of this JVM and ends with it; start a private one to close it");
        }
        process.close();
    }

    /** Marks it as one of {@link Engines}. */
    final void share() {
        shared = true;
    }

    final ServerProcess process(String verb) {
        if (process == null) {
            throw new UnsupportedOperationException(verb + ": " + engine.title() + " at " + host + ":" + port
                    + " is external (" + engine.variable() + "), its process is not ours to control");
        }
        return process;
    }
}
