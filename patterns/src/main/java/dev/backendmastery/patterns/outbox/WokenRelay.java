package dev.backendmastery.patterns.outbox;

import dev.backendmastery.core.lease.LeaseStore;
import dev.backendmastery.databases.tx.Database;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link PollingRelay} that is woken when something was committed, by {@link #wake} in its process and by {@link WakeUps} from others, and so
 * may poll slowly.
 *
 * <p><b>Guarantee.</b> As {@link Relay}. A wake-up carries nothing: one that is lost, or comes twice, or long before what it tells of can be
 * read, costs at most a poll (OB-13). <b>Threads.</b> Three of its own. <b>Cost.</b> As {@link PollingRelay}, and a connection of its own
 * that listens. <b>Not for</b> poolers that share sessions between transactions: they do not listen.
 */
public final class WokenRelay implements Relay {

    private static final Logger LOG = LoggerFactory.getLogger(WokenRelay.class);
    private static final int LISTEN_MILLIS = 10_000;
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final PollingRelay relay;
    private final String url;
    private final RelayThreads threads;
    private volatile @Nullable Connection connection;

    /**
     * A relay from {@code database}.
     *
     * @param url of the same database, with user and password, for the connection that listens
     * @param settings whose poll may be slow, such as 1 s
     */
    public WokenRelay(Database database, String url, Publisher publisher, RelaySettings settings) {
        this(new PollingRelay(database, publisher, settings), url, settings);
    }

    WokenRelay(RelayStore store, LeaseStore leases, String url, Publisher publisher, RelaySettings settings) {
        this(new PollingRelay(store, leases, publisher, settings), url, settings);
    }

    private WokenRelay(PollingRelay relay, String url, RelaySettings settings) {
        this.relay = relay;
        this.url = url;
        threads = new RelayThreads(settings.name()).with("listener", this::listen);
    }

    @Override
    public void start() {
        relay.start();
        threads.start();
    }

    /** Something was committed; never waits. */
    public void wake() {
        relay.wake();
    }

    private void listen() throws InterruptedException {
        while (!threads.isClosed()) {
            try (Connection open = connect(url);
                    Statement statement = open.createStatement()) {
                connection = open;
                statement.execute("LISTEN " + WakeUps.CHANNEL);
                // What was committed before it listened woke nobody.
                relay.wake();
                PGConnection postgres = open.unwrap(PGConnection.class);
                while (!threads.isClosed()) {
                    PGNotification[] heard = postgres.getNotifications(LISTEN_MILLIS);
                    if (heard != null && heard.length > 0) {
                        relay.wake();
                    } else {
                        // Silence or a dead connection: an answer tells which.
                        statement.execute("SELECT 1");
                    }
                }
            } catch (SQLException e) {
                if (!threads.isClosed()) {
                    LOG.warn("listens no longer; polls until it does again", e);
                }
            }
            threads.pause(AGAIN_NANOS);
        }
    }

    static Connection connect(String url) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("loginTimeout", "5");
        properties.setProperty("socketTimeout", "30");
        properties.setProperty("tcpKeepAlive", "true");
        return DriverManager.getConnection(url, properties);
    }

    static void close(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("a connection does not close", e);
            }
        }
    }

    @Override
    public RelayStats stats() {
        return relay.stats();
    }

    @Override
    public void close() {
        boolean mine = threads.close();
        close(connection);
        relay.close();
        if (mine) {
            threads.join();
        }
    }
}
