package dev.backendmastery.engines;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A server of {@link Engines}: started at the first call, once; a start that failed fails the same way again. */
final class Shared<T> {

    private final Supplier<T> start;
    private @Nullable T server;
    private @Nullable RuntimeException failure;

    Shared(Supplier<T> start) {
        this.start = start;
    }

    synchronized T get() {
        if (failure != null) {
            throw failure; // another 120 s would not make it better
        }
        if (server == null) {
            try {
                server = start.get();
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }
        return server;
    }
}
