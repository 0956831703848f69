package dev.backendmastery.observability.telemetry;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.context.SettableContextStorageProvider;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves a scope open, closes one on another thread than it was opened on, or leaves a context current: {@code @ExtendWith(OpenScopes.class)} (CX-8).
 *
 * <p>It watches all scopes of the process while a test runs, so tests that use it must not run side by side. Scopes that other threads are about to close have a
 * second for it.
 */
public final class OpenScopes implements BeforeEachCallback, AfterEachCallback {

    private static final ContextKey<Boolean> PROBE = ContextKey.named("open-scopes");

    private final Map<Watched, Throwable> open = new ConcurrentHashMap<>();
    private volatile @Nullable Throwable wrongThread;
    private @Nullable ContextStorage before;

    /** For JUnit. */
    public OpenScopes() {}

    @Override
    public void beforeEach(ExtensionContext test) {
        open.clear();
        wrongThread = null;
        ContextStorage storage = SettableContextStorageProvider.getContextStorage();
        before = storage;
        SettableContextStorageProvider.setContextStorage(new Watching(storage));
        try (Scope probe = Context.root().with(PROBE, true).makeCurrent()) {
            if (!(probe instanceof Watched)) {
                throw new IllegalStateException("contexts are kept in another storage, so scopes cannot be watched");
            }
        }
    }

    @Override
    public void afterEach(ExtensionContext test) {
        long begin = System.nanoTime();
        while (!open.isEmpty() && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(1)) {
            LockSupport.parkNanos(1_000_000);
        }
        ContextStorage storage = before;
        if (storage != null) {
            SettableContextStorageProvider.setContextStorage(storage);
        }
        Throwable left = open.values().stream().findAny().orElse(null);
        if (left != null) {
            throw new AssertionError(open.size() + " scopes are open at the end, one was opened here", left);
        }
        Throwable wrong = wrongThread;
        if (wrong != null) {
            throw new AssertionError("a scope was closed on another thread than it was opened on", wrong);
        }
        if (Context.current() != Context.root()) {
            throw new AssertionError("a context is current at the end: " + Context.current());
        }
    }

    private final class Watching implements ContextStorage {

        private final ContextStorage storage;

        Watching(ContextStorage storage) {
            this.storage = storage;
        }

        @Override
        public Scope attach(Context context) {
            Scope scope = storage.attach(context);
            if (scope == Scope.noop()) {
                return scope;
            }
            Watched watched = new Watched(scope, Thread.currentThread());
            open.put(
                    watched, new Throwable("opened on " + Thread.currentThread().getName()));
            return watched;
        }

        @Override
        public @Nullable Context current() {
            return storage.current();
        }
    }

    private final class Watched implements Scope {

        private final Scope scope;
        private final Thread opener;

        Watched(Scope scope, Thread opener) {
            this.scope = scope;
            this.opener = opener;
        }

        @Override
        public void close() {
            if (Thread.currentThread() != opener) {
                wrongThread =
                        new Throwable("closed on " + Thread.currentThread().getName());
            }
            open.remove(this);
            scope.close();
        }
    }
}
