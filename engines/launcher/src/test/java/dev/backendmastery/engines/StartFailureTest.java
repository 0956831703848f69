package dev.backendmastery.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StartFailureTest {

    @Test
    @DisplayName("a server that ends at once says which engine, why, where the log is, and the variable to set instead")
    void endsAtOnce() {
        String message = String.valueOf(assertThrows(EngineStartException.class, () -> Postgres.builder()
                        .setting("shared_buffers", "a lot")
                        .start())
                .getMessage());
        assertTrue(message.contains("PostgreSQL did not start"), message);
        assertTrue(message.contains("invalid value for parameter \"shared_buffers\""), message);
        assertTrue(message.contains(Session.current().folder().toString()), message);
        assertTrue(message.contains("BM_POSTGRES_URL"), message);
    }

    @Test
    @DisplayName("a server that does not serve within the limit is killed, and the message says the limit")
    void tooSlow() {
        ServerProcess process = new ServerProcess(
                new ServerProcess.Spec(
                        Engine.REDIS,
                        Session.current().newFolder("deaf"),
                        List.of("sleep", "601"),
                        Map.of(),
                        "TERM",
                        "KILL"),
                started -> false,
                Duration.ofSeconds(1));
        EngineStartException failure = assertThrows(EngineStartException.class, process::start);
        assertEquals(Engine.REDIS, failure.engine());
        assertTrue(String.valueOf(failure.getMessage()).contains("does not serve after 1 s"), failure::getMessage);
        assertTrue(
                ProcessHandle.current()
                        .children()
                        .noneMatch(
                                child -> child.info().commandLine().orElse("").contains("sleep 601")),
                "a failed start leaves no process behind");
    }

    @Test
    @DisplayName("a shared server whose start failed fails the same way at once, instead of another time limit later")
    void remembered() {
        AtomicInteger starts = new AtomicInteger();
        Shared<String> shared = new Shared<>(() -> {
            starts.incrementAndGet();
            throw new EngineStartException(Engine.REDIS, "no", null);
        });
        EngineStartException first = assertThrows(EngineStartException.class, shared::get);
        assertSame(first, assertThrows(EngineStartException.class, shared::get));
        assertEquals(1, starts.get());
    }
}
