package dev.backendmastery.core.lease;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.Ticker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.AbstractStorageAccessor;
import net.javacrumbs.shedlock.support.StorageBasedLockProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A process that holds a lease looks at it, finds it valid, and is stopped by the system before it writes. It goes on when
 * another process has taken over and written: its write must be refused. A child JVM is that process; the stores and the
 * resource live here, and the child reaches them through a socket.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGSTOP")
final class PausedHolderTest {

    private static final Duration TTL = Duration.ofMillis(400);

    /** What the child asks for: to be let in, and later to write. */
    private interface Side {
        boolean acquire();

        /** Whether the write was let through. */
        boolean write(String value) throws Exception;
    }

    @Test
    void aLateWriteIsRefusedByItsEpoch() throws Exception {
        InMemoryLeaseStore store = new InMemoryLeaseStore(Ticker.system());
        FencedResource resource = new FencedResource();
        List<String> written = new ArrayList<>();
        Lease[] childs = new Lease[1];
        Side child = new Side() {
            @Override
            public boolean acquire() {
                Optional<Lease> lease = store.tryAcquire("job", "child", TTL);
                lease.ifPresent(held -> childs[0] = held);
                return lease.isPresent();
            }

            @Override
            public boolean write(String value) throws Exception {
                try {
                    return resource.run(childs[0], () -> written.add(value));
                } catch (StaleEpochException e) {
                    return false;
                }
            }
        };
        String answer = pauseAndContinue(child, () -> {
            Optional<Lease> mine = store.tryAcquire("job", "parent", Duration.ofSeconds(30));
            if (mine.isEmpty()) {
                return false;
            }
            return resource.run(mine.get(), () -> written.add("parent"));
        });
        assertEquals("refused", answer);
        assertEquals(List.of("parent"), written);
    }

    /** The same with ShedLock, which has nothing that the resource could look at: for contrast, not for blame. */
    @Test
    void theSameWriteGoesThroughWithALockWithoutEpochs() throws Exception {
        LockProvider locks = new StorageBasedLockProvider(new LockTable()) {};
        List<String> written = new ArrayList<>();
        List<SimpleLock> held = new ArrayList<>();
        Side child = new Side() {
            @Override
            public boolean acquire() {
                Optional<SimpleLock> lock = locks.lock(new LockConfiguration(Instant.now(), "job", TTL, Duration.ZERO));
                lock.ifPresent(held::add);
                return lock.isPresent();
            }

            @Override
            public boolean write(String value) {
                return written.add(value);
            }
        };
        String answer = pauseAndContinue(child, () -> {
            Optional<SimpleLock> mine =
                    locks.lock(new LockConfiguration(Instant.now(), "job", Duration.ofSeconds(30), Duration.ZERO));
            return mine.isPresent() && written.add("parent");
        });
        assertEquals("written", answer);
        assertEquals(List.of("parent", "child"), written, "the write of the one who lost the lock came last");
    }

    /** The table that ShedLock's providers for databases keep, in memory. */
    private static final class LockTable extends AbstractStorageAccessor {
        private final Map<String, Instant> lockedUntil = new HashMap<>();

        @Override
        public synchronized boolean insertRecord(LockConfiguration lock) {
            return lockedUntil.putIfAbsent(lock.getName(), lock.getLockAtMostUntil()) == null;
        }

        @Override
        public synchronized boolean updateRecord(LockConfiguration lock) {
            Instant until = lockedUntil.getOrDefault(lock.getName(), Instant.MIN);
            if (until.isAfter(Instant.now())) {
                return false;
            }
            lockedUntil.put(lock.getName(), lock.getLockAtMostUntil());
            return true;
        }

        @Override
        public synchronized void unlock(LockConfiguration lock) {
            lockedUntil.put(lock.getName(), lock.getUnlockTime());
        }
    }

    @FunctionalInterface
    private interface Takeover {
        boolean attempt() throws Exception;
    }

    /** What the child hears about its write, which it sends after it was stopped past its time to live. */
    private static String pauseAndContinue(Side side, Takeover takeover) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(20_000);
            Process child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xshare:auto",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            classPath(),
                            Holder.class.getName(),
                            String.valueOf(server.getLocalPort()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (Socket socket = server.accept();
                    BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
                    PrintWriter out = new PrintWriter(socket.getOutputStream(), true, UTF_8)) {
                socket.setSoTimeout(20_000);
                assertEquals("acquire", in.readLine());
                out.println(side.acquire() ? "held" : "denied");
                assertEquals("about to write", in.readLine());
                signal("STOP", child.pid());
                long start = System.nanoTime();
                boolean taken = false;
                while (!taken && System.nanoTime() - start < 10_000_000_000L) {
                    LockSupport.parkNanos(10_000_000);
                    taken = takeover.attempt();
                }
                assertTrue(taken, "nobody could take over");
                assertTrue(System.nanoTime() - start >= TTL.toNanos() / 2, "taken while it was held");
                out.println("go on");
                signal("CONT", child.pid());
                assertEquals("write", in.readLine());
                String answer = side.write("child") ? "written" : "refused";
                out.println(answer);
                assertTrue(child.waitFor(20, SECONDS));
                return answer;
            } finally {
                child.destroyForcibly();
                assertTrue(child.waitFor(10, SECONDS));
            }
        }
    }

    private static String classPath() {
        return Path.of(Holder.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start();
        assertTrue(kill.waitFor(5, SECONDS));
        assertEquals(0, kill.exitValue());
    }

    /** The child: asks, is let in, says that it is about to write, and does so when it goes on. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
                    BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
                    PrintWriter out = new PrintWriter(socket.getOutputStream(), true, UTF_8)) {
                out.println("acquire");
                if (!"held".equals(in.readLine())) {
                    return;
                }
                out.println("about to write");
                if (!"go on".equals(in.readLine())) {
                    return;
                }
                out.println("write");
                in.readLine();
            }
        }
    }
}
