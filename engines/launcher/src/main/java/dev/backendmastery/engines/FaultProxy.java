package dev.backendmastery.engines;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP proxy between a client and its engine, and the network's faults at command. A client that is given
 * {@link #through(String) the engine's address through it} cannot tell it from the engine.
 *
 * <p>Faults hold for all connections, those that come too, until {@link #heal()}: {@link #cut()}, {@link #delay(Duration)},
 * {@link #throttle(long)}, {@link #drop(Direction)}. Two happen once: {@link #reset()}, and {@link #cutAfter}, which loses
 * the answer to a request that the engine has carried out: a lost COMMIT.
 *
 * <p><b>Guarantee.</b> Without a fault every byte arrives, in order; a half-closed connection stays so. TCP loses no byte
 * in the middle of a stream, nor does this: a connection from which {@code drop} swallowed bytes never gets later ones, it
 * is reset by {@code heal}. <b>Threads.</b> Safe for any number of threads; one thread, and four per connection, all ended by
 * {@code close}. <b>Cost.</b> Every byte is copied twice; at most 1 MB per connection and direction is on its way.
 * <b>Not for</b> Kafka and clustered engines, whose clients go on to the addresses that the servers announce.
 */
public final class FaultProxy implements AutoCloseable {

    /** Which way bytes go. */
    public enum Direction {
        /** From the client to the engine. */
        TO_ENGINE,
        /** From the engine to the client. */
        TO_CLIENT;

        Direction opposite() {
            return this == TO_ENGINE ? TO_CLIENT : TO_ENGINE;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(FaultProxy.class);
    private static final int CHUNK = 16 * 1024;
    private static final int CHUNKS = 64;
    private static final int SLICES_PER_SECOND = 50;
    private static final int CONNECT_MILLIS = 5_000;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final String engineHost;
    private final int enginePort;
    private final int port;

    /** Guards all below, and is notified when any of it changes. */
    private final Object lock = new Object();

    private final Set<Connection> connections = new HashSet<>();
    private final Set<Thread> threads = new HashSet<>();
    private final EnumSet<Direction> dropped = EnumSet.noneOf(Direction.class);
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;
    private @Nullable Ambush ambush;
    private long delayNanos;
    private long bytesPerSecond;
    private int accepted;
    private boolean closed;

    private FaultProxy(String engineHost, int enginePort, int port) {
        this.engineHost = engineHost;
        this.enginePort = enginePort;
        this.port = port;
    }

    /**
     * Starts a proxy before an engine, external ones too.
     *
     * @throws UncheckedIOException if no loopback port can be had
     */
    public static FaultProxy to(EngineServer engine) {
        return to(engine.host(), engine.port());
    }

    /**
     * Starts a proxy before any TCP server; the server need not run yet.
     *
     * @throws IllegalArgumentException if the port is outside 1 to 65535
     * @throws UncheckedIOException if no loopback port can be had
     */
    public static FaultProxy to(String host, int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must be from 1 to 65535, was " + port);
        }
        FaultProxy proxy = new FaultProxy(host, port, Ports.free(1, 0).get(0));
        synchronized (proxy.lock) {
            proxy.listen();
        }
        return proxy;
    }

    /** Where clients connect: 127.0.0.1. */
    public String host() {
        return "127.0.0.1";
    }

    /** Where clients connect; kept over {@link #cut} and {@link #heal}. */
    public int port() {
        return port;
    }

    /**
     * An address of the engine with the proxy's host and port in place of the engine's.
     *
     * @param address a URL or {@code HOST:PORT}
     * @throws IllegalArgumentException if the engine's {@code HOST:PORT} is not in it
     */
    public String through(String address) {
        String direct = engineHost + ":" + enginePort;
        if (!address.contains(direct)) {
            throw new IllegalArgumentException("address must contain " + direct + ", was " + address);
        }
        return address.replace(direct, host() + ":" + port);
    }

    /** How many connections are open now. */
    public int connections() {
        synchronized (lock) {
            return connections.size();
        }
    }

    /** How many connections were accepted since the start. */
    public int accepted() {
        synchronized (lock) {
            return accepted;
        }
    }

    /** Closes all connections and refuses new ones, as when the engine's machine is off. */
    public void cut() {
        synchronized (lock) {
            checkOpen();
            stopListening();
            List.copyOf(connections).forEach(Connection::end);
            lock.notifyAll();
        }
        awaitRefusal();
    }

    /**
     * Ends all faults: new connections are accepted, bytes go at once. Connections that lost bytes are reset, the others
     * go on.
     *
     * @throws UncheckedIOException if another program took the port meanwhile
     */
    public void heal() {
        awaitRefusal();
        synchronized (lock) {
            checkOpen();
            delayNanos = 0;
            bytesPerSecond = 0;
            dropped.clear();
            if (ambush != null) {
                ambush.done.cancel(false);
                ambush = null;
            }
            List.copyOf(connections).stream()
                    .filter(connection -> connection.lostBytes)
                    .forEach(Connection::reset);
            if (listener == null) {
                listen();
            }
            lock.notifyAll();
        }
    }

    /**
     * Each byte arrives so much later, both ways; order and throughput stay.
     *
     * @throws IllegalArgumentException if {@code latency} is negative
     */
    public void delay(Duration latency) {
        if (latency.isNegative()) {
            throw new IllegalArgumentException("latency must be at least 0, was " + latency);
        }
        synchronized (lock) {
            checkOpen();
            delayNanos = latency.toNanos();
            lock.notifyAll();
        }
    }

    /**
     * Lets at most so many bytes per second pass, per connection and direction.
     *
     * @throws IllegalArgumentException if {@code bytesPerSecond} is below 1
     */
    public void throttle(long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytesPerSecond must be at least 1, was " + bytesPerSecond);
        }
        synchronized (lock) {
            checkOpen();
            this.bytesPerSecond = bytesPerSecond;
            lock.notifyAll();
        }
    }

    /** Swallows all bytes of one direction; connections stay open, half dead, and neither side is told. */
    public void drop(Direction direction) {
        synchronized (lock) {
            checkOpen();
            dropped.add(direction);
        }
    }

    /** Resets all connections (RST), so that both sides fail at once; new ones are accepted. */
    public void reset() {
        synchronized (lock) {
            checkOpen();
            List.copyOf(connections).forEach(Connection::reset);
        }
    }

    /**
     * Loses the answer to a message: on the first connection on which these bytes pass from now on, they and all that
     * follows are forwarded, and the first bytes that come back afterwards are swallowed and both sides reset. So the receiver
     * has carried the message out, and the sender does not know. Happens once; other connections are not touched. It
     * replaces one that has not happened yet.
     *
     * <p>Meant for protocols that ask one thing at a time: an answer to an earlier, pipelined message would count too.
     *
     * @param direction which way the message goes
     * @param bytes what to wait for, such as {@code "COMMIT"} in ASCII, wherever the network cuts it
     * @return completed when the answer is lost; cancelled by {@link #heal} and {@link #close}
     * @throws IllegalArgumentException if {@code bytes} is empty
     */
    public CompletableFuture<Void> cutAfter(Direction direction, byte[] bytes) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("bytes must not be empty");
        }
        synchronized (lock) {
            checkOpen();
            if (ambush != null) {
                ambush.done.cancel(false);
            }
            Ambush next = new Ambush(direction, bytes.clone());
            ambush = next;
            return next.done;
        }
    }

    /** Closes all connections and ends all threads; a second call does nothing. */
    @Override
    public void close() {
        List<Thread> ending;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            stopListening();
            List.copyOf(connections).forEach(Connection::end);
            if (ambush != null) {
                ambush.done.cancel(false);
            }
            ending = new ArrayList<>(threads);
            lock.notifyAll();
        }
        ending.forEach(Thread::interrupt);
        if (!Await.until(CLOSE_LIMIT, () -> ending.stream().noneMatch(Thread::isAlive))) {
            LOG.warn("threads of the proxy at port {} still run: {}", port, ending);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the proxy is closed");
        }
    }

    private void listen() {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            listener = socket;
            acceptor = run("accept", () -> accept(socket));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on port " + port, e);
        }
    }

    /**
     * Returns when a cut port refuses. The system takes connections for a closed listener as long as a thread is still inside
     * its accept call.
     */
    private void awaitRefusal() {
        Thread last;
        synchronized (lock) {
            last = listener == null ? acceptor : null;
        }
        if (last != null && !Await.until(CLOSE_LIMIT, () -> !last.isAlive())) {
            throw new IllegalStateException("port " + port + " still accepts");
        }
    }

    private void stopListening() {
        if (listener != null) {
            try {
                listener.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            listener = null;
        }
    }

    private Thread run(String role, Runnable body) {
        Thread thread = new Thread(
                () -> {
                    try {
                        body.run();
                    } finally {
                        synchronized (lock) {
                            threads.remove(Thread.currentThread());
                        }
                    }
                },
                "fault-proxy-" + port + "-" + role);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return thread;
    }

    private void accept(ServerSocket socket) {
        while (true) {
            Socket client;
            try {
                client = socket.accept();
            } catch (IOException cut) {
                return;
            }
            Socket engine = new Socket();
            try {
                engine.connect(new InetSocketAddress(engineHost, enginePort), CONNECT_MILLIS);
                client.setTcpNoDelay(true);
                engine.setTcpNoDelay(true);
            } catch (IOException unreachable) {
                close(client, true);
                close(engine, true);
                continue;
            }
            synchronized (lock) {
                if (closed || listener != socket) {
                    close(client, false);
                    close(engine, false);
                    return;
                }
                accepted++;
                Connection connection = new Connection(client, engine);
                connections.add(connection);
                connection.start();
            }
        }
    }

    private static void close(Socket socket, boolean reset) {
        try {
            if (reset) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing {}", socket, e);
        }
    }

    /** Bytes to wait for. */
    private static final class Ambush {

        private final Direction direction;
        private final byte[] bytes;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Ambush(Direction direction, byte[] bytes) {
            this.direction = direction;
            this.bytes = bytes;
        }
    }

    /** Bytes on their way; none means that their sender sends no more. */
    private static final class Chunk {

        private final byte[] bytes;
        private final long readNanos = System.nanoTime();

        Chunk(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /** Two sockets and the threads between them. Its methods hold the lock. */
    private final class Connection {

        private final Socket client;
        private final Socket engine;
        private final List<Thread> pumps = new ArrayList<>();
        private boolean ended;
        /** Swallowed bytes: what is to come must not arrive, it would look like a gap. */
        private boolean lostBytes;
        /** The direction whose next bytes are the answer to lose. */
        private @Nullable Direction answer;

        private @Nullable CompletableFuture<Void> answerLost;
        private int finishedDirections;

        Connection(Socket client, Socket engine) {
            this.client = client;
            this.engine = engine;
        }

        void start() {
            for (Direction direction : Direction.values()) {
                Pipe pipe = new Pipe(this, direction);
                pumps.add(run("read", pipe::read));
                pumps.add(run("write", pipe::write));
            }
        }

        /** Closes both sides in order. */
        void end() {
            end(false);
        }

        void reset() {
            end(true);
        }

        private void end(boolean reset) {
            if (!ended) {
                ended = true;
                connections.remove(this);
                FaultProxy.close(client, reset);
                FaultProxy.close(engine, reset);
                pumps.stream().filter(pump -> pump != Thread.currentThread()).forEach(Thread::interrupt);
            }
        }

        void finishDirection() {
            if (++finishedDirections == Direction.values().length) {
                end();
            }
        }
    }

    /** One direction of a connection: a thread that reads, a bounded queue, a thread that writes in due time. */
    private final class Pipe {

        private final Connection connection;
        private final Direction direction;
        private final Socket from;
        private final Socket to;
        private final BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(CHUNKS);

        private @Nullable Ambush watched;
        /** The last bytes that passed while {@link #watched} was set, at most one fewer than it waits for. */
        private byte[] tail = {};

        Pipe(Connection connection, Direction direction) {
            this.connection = connection;
            this.direction = direction;
            boolean toEngine = direction == Direction.TO_ENGINE;
            from = toEngine ? connection.client : connection.engine;
            to = toEngine ? connection.engine : connection.client;
        }

        void read() {
            byte[] buffer = new byte[CHUNK];
            try {
                InputStream in = from.getInputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    byte[] bytes = Arrays.copyOf(buffer, n);
                    if (passes(bytes)) {
                        queue.put(new Chunk(bytes));
                    }
                }
                queue.put(new Chunk(new byte[0]));
            } catch (IOException | InterruptedException broken) {
                endBroken();
            }
        }

        void write() {
            try {
                OutputStream out = to.getOutputStream();
                long free = System.nanoTime();
                for (Chunk chunk = queue.take(); chunk.bytes.length > 0; chunk = queue.take()) {
                    awaitDelay(chunk);
                    int sent = 0;
                    while (sent < chunk.bytes.length) {
                        int slice = Math.min(chunk.bytes.length - sent, slice());
                        out.write(chunk.bytes, sent, slice);
                        sent += slice;
                        free = awaitRate(free, slice);
                    }
                }
                synchronized (lock) {
                    if (swallows()) {
                        connection.lostBytes = true;
                    } else {
                        to.shutdownOutput();
                        connection.finishDirection();
                    }
                }
            } catch (IOException | InterruptedException broken) {
                endBroken();
            }
        }

        /** What one side did to us, the other must see. */
        private void endBroken() {
            synchronized (lock) {
                connection.reset();
            }
        }

        /** Holds the lock. */
        private boolean swallows() {
            return dropped.contains(direction);
        }

        /** Whether these bytes go on; carries out the faults that look at bytes. */
        private boolean passes(byte[] bytes) {
            CompletableFuture<Void> lost;
            synchronized (lock) {
                if (connection.answer != direction) {
                    if (swallows()) {
                        connection.lostBytes = true;
                        return false;
                    }
                    Ambush current = ambush;
                    if (current != null && current.direction == direction && sees(current, bytes)) {
                        ambush = null;
                        // Before the bytes go on: their answer must not slip through.
                        connection.answer = direction.opposite();
                        connection.answerLost = current.done;
                    }
                    return true;
                }
                lost = connection.answerLost;
                connection.reset();
            }
            if (lost != null) {
                lost.complete(null); // outside the lock: it runs the caller's code
            }
            return false;
        }

        /** Whether the bytes waited for end in these, wherever they began. Holds the lock. */
        private boolean sees(Ambush current, byte[] bytes) {
            if (watched != current) {
                watched = current;
                tail = new byte[0];
            }
            byte[] wanted = current.bytes;
            byte[] seen = Arrays.copyOf(tail, tail.length + bytes.length);
            System.arraycopy(bytes, 0, seen, tail.length, bytes.length);
            for (int i = 0; i + wanted.length <= seen.length; i++) {
                if (Arrays.equals(seen, i, i + wanted.length, wanted, 0, wanted.length)) {
                    return true;
                }
            }
            tail = Arrays.copyOfRange(seen, Math.max(0, seen.length - wanted.length + 1), seen.length);
            return false;
        }

        private void awaitDelay(Chunk chunk) throws InterruptedException {
            synchronized (lock) {
                for (long left = delayNanos; left > 0; ) {
                    left = delayNanos - (System.nanoTime() - chunk.readNanos);
                    if (left > 0) {
                        TimeUnit.NANOSECONDS.timedWait(lock, left);
                    }
                }
            }
        }

        private int slice() {
            synchronized (lock) {
                return bytesPerSecond == 0
                        ? CHUNK
                        : (int) Math.max(1, Math.min(CHUNK, bytesPerSecond / SLICES_PER_SECOND));
            }
        }

        /** Waits until {@code slice} bytes were due that could begin at {@code free}; returns when the next may begin. */
        private long awaitRate(long free, int slice) throws InterruptedException {
            synchronized (lock) {
                long now = System.nanoTime();
                long begin = free - now > 0 ? free : now;
                while (bytesPerSecond > 0) {
                    long due = begin + TimeUnit.SECONDS.toNanos(slice) / bytesPerSecond;
                    long left = due - System.nanoTime();
                    if (left <= 0) {
                        return due;
                    }
                    TimeUnit.NANOSECONDS.timedWait(lock, left);
                }
                return System.nanoTime();
            }
        }
    }
}
