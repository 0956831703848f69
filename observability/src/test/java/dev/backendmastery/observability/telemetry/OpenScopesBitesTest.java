package dev.backendmastery.observability.telemetry;

import dev.backendmastery.core.kit.Kit;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test that leaves a scope open fails, whatever it asserts. */
final class OpenScopesBitesTest {

    private static final ContextKey<String> KEY = ContextKey.named("bites");

    @Test
    @DisplayName("CX-8 fails a test that leaves a scope open, or closes it elsewhere, and no other one")
    void convicts() {
        Kit.convicts(ClosesAll.class);
        Kit.convicts(LeavesOneOpen.class, "CX-8");
        Kit.convicts(ClosesOnAnotherThread.class, "CX-8");
        Kit.convicts(LeavesOneOpenOnAnotherThread.class, "CX-8");
    }

    @ExtendWith(OpenScopes.class)
    static final class ClosesAll {
        @Test
        @DisplayName("CX-8")
        @SuppressWarnings("try") // scopes are there to be closed
        void test() {
            try (Scope one = Context.root().with(KEY, "1").makeCurrent();
                    Scope two = Context.root().with(KEY, "2").makeCurrent()) {
                Context.current();
            }
        }
    }

    @ExtendWith(OpenScopes.class)
    static final class LeavesOneOpen {
        @Test
        @DisplayName("CX-8")
        @SuppressWarnings("MustBeClosedChecker") // that is the fault
        void test() {
            Context.root().with(KEY, "1").makeCurrent();
        }
    }

    @ExtendWith(OpenScopes.class)
    static final class ClosesOnAnotherThread {
        @Test
        @DisplayName("CX-8")
        @SuppressWarnings("MustBeClosedChecker") // that is the fault
        void test() throws InterruptedException {
            Scope scope = Context.root().with(KEY, "1").makeCurrent();
            Thread other = new Thread(scope::close);
            other.start();
            other.join();
        }
    }

    @ExtendWith(OpenScopes.class)
    static final class LeavesOneOpenOnAnotherThread {
        @Test
        @DisplayName("CX-8")
        @SuppressWarnings("MustBeClosedChecker") // that is the fault
        void test() throws InterruptedException {
            Thread other = new Thread(() -> Context.root().with(KEY, "1").makeCurrent());
            other.start();
            other.join();
        }
    }
}
