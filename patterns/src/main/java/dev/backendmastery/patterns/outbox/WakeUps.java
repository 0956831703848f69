package dev.backendmastery.patterns.outbox;

import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Tells {@link WokenRelay}s in other processes that something was committed: one {@code NOTIFY} for all commits of a short while,
 * on a connection and a thread of its own.
 *
 * <p><b>Guarantee.</b> A {@link #committed} is followed by a notification that begins later, unless the server cannot be reached: wake-ups may get
 * lost, and the relay's poll makes up for it. It never waits for the server. <b>Threads.</b> Safe for any number of threads. <b>Cost.</b>
 * A connection; a {@code NOTIFY} for each {@code every} under load. <b>Not for</b> {@code pg_notify} in the business transaction, which it
 * is there to avoid: all commits that notify take one lock of the whole server, one after the other, over their flush to disk.
 */
public final class WakeUps implements AutoCloseable {

    static final String CHANNEL = "outbox";

    private final String url;
    private final Duration every;
    private final Semaphore dirty = new Semaphore(0);
    private final RelayThreads threads;
    private @Nullable Connection connection;

    private WakeUps(String url, Duration every) {
        this.url = url;
        this.every = every;
        threads = new RelayThreads("outbox").with("wake-ups", this::run);
    }

    /**
     * Notifies on the database at {@code url}, at most once in {@code every}, 1 ms to 1 minute.
     *
     * @param url JDBC, with user and password
     */
    public static WakeUps to(String url, Duration every) {
        if (every.toMillis() < 1 || every.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("every must be from 1 ms to 1 minute, was " + every);
        }
        WakeUps wakeUps = new WakeUps(Objects.requireNonNull(url, "url"), every);
        wakeUps.threads.start();
        return wakeUps;
    }

    /** Something was committed. */
    public void committed() {
        if (dirty.availablePermits() == 0) {
            dirty.release();
        }
    }

    /**
     * {@code transactions}, with {@code afterCommit} called after each {@link Transactions#call} that has returned: such as {@link
     * #committed}, or {@link WokenRelay#wake} within the process.
     *
     * @param afterCommit short, and without exceptions
     */
    public static Transactions waking(Transactions transactions, Runnable afterCommit) {
        return new Transactions() {
            @Override
            public <T extends @Nullable Object, E extends Exception> T call(Isolation isolation, Work<T, E> work)
                    throws E {
                T value = transactions.call(isolation, work);
                afterCommit.run();
                return value;
            }

            @Override
            public <T extends @Nullable Object, E extends Exception> T read(Isolation isolation, Work<T, E> work)
                    throws E {
                return transactions.read(isolation, work);
            }
        };
    }

    private void run() throws InterruptedException {
        try {
            while (!threads.isClosed()) {
                dirty.acquire();
                dirty.drainPermits();
                if (!threads.isClosed()) {
                    send();
                    threads.pause(every.toNanos());
                }
            }
        } finally {
            disconnect();
        }
    }

    private void send() {
        try {
            Connection open = connection;
            if (open == null) {
                open = WokenRelay.connect(url);
                connection = open;
                try (Statement statement = open.createStatement()) {
                    // A notification is a commit: without this it would hold the lock over a flush to disk.
                    statement.execute("SET synchronous_commit = off");
                }
            }
            try (Statement statement = open.createStatement()) {
                statement.execute("NOTIFY " + CHANNEL);
            }
        } catch (SQLException e) {
            LoggerFactory.getLogger(WakeUps.class).warn("a wake-up is lost; the relay polls", e);
            disconnect();
        }
    }

    private void disconnect() {
        Connection open = connection;
        connection = null;
        WokenRelay.close(open);
    }

    @Override
    public void close() {
        boolean mine = threads.close();
        dirty.release();
        if (mine) {
            threads.join();
        }
    }
}
