package dev.backendmastery.engines;

import org.jspecify.annotations.Nullable;

/**
 * A server that did not start: which engine, why, the end of its log, and the environment variable that names another
 * server instead. Nothing of the failed start is left running.
 */
public final class EngineStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Engine engine;

    EngineStartException(Engine engine, String reason, @Nullable Throwable cause) {
        super(
                engine.title() + " did not start: " + reason + "\nTo use a server of your own instead, set "
                        + engine.variable() + ".",
                cause);
        this.engine = engine;
    }

    /** The engine that did not start. */
    public Engine engine() {
        return engine;
    }
}
