package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backendmastery.core.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.PushConsumerContext;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection to Redis that is told of every change of the keys with some prefixes ({@code CLIENT TRACKING ON BCAST}), made
 * again whenever it is lost. While it is silent it is asked every heartbeat whether it is there, and given up if it does not
 * answer in time.
 *
 * <p>The server answers in the order in which it was asked and sends messages of changes on the same connection, so an answer
 * shows that what changed before the question has been told. Questions are sent a heartbeat apart, so a change whose message is
 * lost is followed by a question within a heartbeat, and by the session's end within the time-out after that.
 */
final class Tracking implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Tracking.class);
    private static final long LONGEST_PAUSE = Duration.ofSeconds(1).toNanos();
    private static final byte[] INVALIDATE = "invalidate".getBytes(UTF_8);

    /** Told by one thread. */
    interface Listener {

        /** The key of this name has changed. */
        void changed(String key);

        /** Anything may have changed. */
        void changedAll();
    }

    /** One connection's time. What was learnt in it counts only as long as it lives. */
    static final class Session {
        volatile boolean live = true;
    }

    /** A session that is over before anything can be learnt in it. */
    private static final Session NONE = new Session();

    static {
        NONE.live = false;
    }

    private final HostAndPort address;
    private final JedisClientConfig config;
    private final String[] prefixes;
    private final long heartbeatNanos;
    private final long timeoutNanos;
    private final Listener listener;
    private final Ticker ticker = Ticker.system();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread reader;
    private final Thread pinger;

    /** Guards the connection and the count of answers, and is notified when either changes. */
    private final Object lock = new Object();

    private @Nullable Link link;
    private long answers;

    private volatile Session session = NONE;

    /** @param timeout how long to wait for an answer, at most {@code heartbeat} */
    Tracking(
            HostAndPort address,
            JedisClientConfig config,
            String name,
            String[] prefixes,
            Duration heartbeat,
            Duration timeout,
            Listener listener) {
        this.address = address;
        this.config = DefaultJedisClientConfig.builder()
                .from(config)
                .protocol(RedisProtocol.RESP3)
                .connectionTimeoutMillis((int) timeout.toMillis())
                .socketTimeoutMillis((int) timeout.toMillis())
                .build();
        this.prefixes = prefixes.clone();
        this.heartbeatNanos = heartbeat.toNanos();
        this.timeoutNanos = timeout.toNanos();
        this.listener = listener;
        reader = new Thread(this::read, "tracking-" + name);
        pinger = new Thread(this::ping, "tracking-ping-" + name);
        reader.setDaemon(true);
        pinger.setDaemon(true);
        reader.start();
        pinger.start();
    }

    /** The session of now; not live while there is no connection. */
    Session session() {
        return session;
    }

    private final class Link extends Connection {
        Link() {
            super(address, config);
            addPushConsumer(this::take);
        }

        void ask() {
            sendCommand(Protocol.Command.PING);
            flush();
        }

        private @Nullable PushConsumerContext take(PushConsumerContext context) {
            if (Arrays.equals(INVALIDATE, context.getMessage().getType())) {
                List<Object> content = context.getMessage().getContent();
                if (content.get(1) instanceof List<?> keys) {
                    for (Object key : keys) {
                        listener.changed(new String((byte[]) key, UTF_8));
                    }
                } else {
                    listener.changedAll(); // FLUSHALL names no keys
                }
                context.drop();
            }
            return context;
        }

        void end() {
            try {
                forceDisconnect();
            } catch (IOException e) {
                log.debug("the tracking connection to {} did not close well", address, e);
            }
        }
    }

    private void read() {
        while (closed.getCount() > 0) {
            Link mine = null;
            try {
                mine = new Link();
                mine.executeCommand(track());
                mine.setTimeoutInfinite(); // the pinger ends it
                synchronized (lock) {
                    if (closed.getCount() > 0) {
                        link = mine;
                        session = new Session();
                    }
                    lock.notifyAll();
                }
                while (session.live) {
                    mine.getUnflushedObject();
                    synchronized (lock) {
                        answers++;
                        lock.notifyAll();
                    }
                }
            } catch (JedisException e) {
                log.debug("the tracking connection to {} is lost", address, e);
            } catch (RuntimeException e) {
                log.warn("the tracking connection to {} is given up", address, e);
            } finally {
                if (mine != null) {
                    end(mine);
                    mine.end();
                }
            }
            pause(Math.min(heartbeatNanos, LONGEST_PAUSE));
        }
    }

    private CommandArguments track() {
        CommandArguments track = new CommandArguments(Protocol.Command.CLIENT)
                .add("TRACKING")
                .add("ON")
                .add("BCAST");
        for (String prefix : prefixes) {
            track.add("PREFIX").add(prefix);
        }
        return track;
    }

    private void ping() {
        long sent = ticker.nanos();
        while (!pause(sent + heartbeatNanos - ticker.nanos())) {
            Link asked;
            long before;
            synchronized (lock) {
                asked = link;
                before = answers;
            }
            sent = ticker.nanos();
            if (asked == null) {
                continue;
            }
            try {
                asked.ask();
            } catch (JedisException e) {
                log.debug("the tracking connection to {} takes no question", address, e);
                end(asked);
                asked.end();
                continue;
            }
            if (!answered(asked, before, sent + timeoutNanos)) {
                log.debug("the tracking connection to {} is silent", address);
                end(asked);
                asked.end();
            }
        }
    }

    /** Whether an answer came, or the connection was lost to others' knowledge, before {@code deadline}. */
    private boolean answered(Link asked, long before, long deadline) {
        synchronized (lock) {
            while (answers == before && link == asked) {
                long left = deadline - ticker.nanos();
                if (left <= 0) {
                    return false;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(lock, left);
                } catch (InterruptedException e) {
                    return false; // only close() interrupts
                }
            }
            return true;
        }
    }

    /** The session ends before the connection does: what was learnt in it is not answered from here on. */
    private void end(Link ended) {
        boolean mine;
        synchronized (lock) {
            mine = link == ended;
            if (mine) {
                session.live = false;
                link = null;
                lock.notifyAll();
            }
        }
        if (mine) {
            listener.changedAll();
        }
    }

    /** True as soon as this is closed, false after {@code nanos}. */
    private boolean pause(long nanos) {
        try {
            return closed.await(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return closed.getCount() == 0;
        }
    }

    /** Ends the session and both threads. */
    @Override
    public void close() {
        Link last;
        synchronized (lock) {
            closed.countDown();
            last = link;
        }
        if (last != null) {
            end(last);
            last.end();
        }
        pinger.interrupt();
        reader.interrupt();
    }

    /** Whether both threads have ended, waiting for them a while. */
    boolean awaitEnd(Duration most) throws InterruptedException {
        reader.join(most.toMillis());
        pinger.join(most.toMillis());
        return !reader.isAlive() && !pinger.isAlive();
    }
}
