package dev.backendmastery.databases.tx;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between a client and PostgreSQL and breaks the connection inside COMMIT: it reads the protocol as far as to see
 * that message pass.
 */
final class CommitProxy implements AutoCloseable {

    /** What happens to the next COMMIT. */
    enum Fault {
        /** Nothing. */
        NONE,
        /** It never arrives, and both sides see the connection end. */
        NEVER_ARRIVES,
        /** It never arrives, and only the client sees the connection end: the server waits in an open transaction. */
        NEVER_ARRIVES_AND_SERVER_WAITS,
        /** The server commits and answers, the answer never arrives. */
        ANSWER_LOST
    }

    /** The statement as the protocol carries it, ended by a zero: READ COMMITTED is none. */
    private static final byte[] COMMIT = "COMMIT\0".getBytes(StandardCharsets.US_ASCII);

    private final AtomicReference<Fault> next = new AtomicReference<>(Fault.NONE);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "commit-proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final ServerSocket listener;
    private final URI server;
    private volatile boolean thenRefuse;

    /** A proxy in front of the server of {@code jdbcUrl}. */
    CommitProxy(String jdbcUrl) throws IOException {
        server = URI.create(jdbcUrl.substring("jdbc:".length()));
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** The URL of the same database through this proxy; statements travel as text, so that COMMIT can be seen. */
    String url() {
        return "jdbc:postgresql://127.0.0.1:" + listener.getLocalPort() + server.getPath() + "?" + server.getQuery()
                + "&prepareThreshold=0";
    }

    void onNextCommit(Fault fault) {
        next.set(fault);
    }

    /** Refuses connections, and cuts those that there are, from the next fault on. */
    void thenRefuse() {
        thenRefuse = true;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        sockets.forEach(CommitProxy::cut);
        threads.shutdownNow();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket upstream = new Socket(server.getHost(), server.getPort());
                client.setTcpNoDelay(true);
                upstream.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(upstream);
                Link link = new Link(client, upstream);
                threads.execute(link::clientToServer);
                threads.execute(link::serverToClient);
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** Cuts the struck client last: when it sees its connection end, there is no other one left. */
    private void struck(Socket client) throws IOException {
        if (thenRefuse) {
            listener.close();
            sockets.stream().filter(socket -> socket != client).forEach(CommitProxy::cut);
        }
    }

    private static void cut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException("a socket does not close", e);
        }
    }

    private final class Link {
        private final Socket client;
        private final Socket upstream;
        private volatile boolean swallowAnswer;
        private volatile boolean keepUpstream;

        Link(Socket client, Socket upstream) {
            this.client = client;
            this.upstream = upstream;
        }

        void clientToServer() {
            byte[] buffer = new byte[65_536];
            try {
                InputStream in = client.getInputStream();
                OutputStream out = upstream.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    Fault fault = contains(buffer, n, COMMIT) ? next.getAndSet(Fault.NONE) : Fault.NONE;
                    if (fault == Fault.NEVER_ARRIVES || fault == Fault.NEVER_ARRIVES_AND_SERVER_WAITS) {
                        keepUpstream = fault == Fault.NEVER_ARRIVES_AND_SERVER_WAITS;
                        struck(client);
                        break;
                    }
                    swallowAnswer = fault == Fault.ANSWER_LOST;
                    out.write(buffer, 0, n);
                }
            } catch (IOException ended) {
                // The other direction ends with it.
            } finally {
                end();
            }
        }

        void serverToClient() {
            byte[] buffer = new byte[65_536];
            try {
                InputStream in = upstream.getInputStream();
                OutputStream out = client.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (swallowAnswer) {
                        struck(client);
                        break;
                    }
                    out.write(buffer, 0, n);
                }
            } catch (IOException ended) {
                // The other direction ends with it.
            } finally {
                end();
            }
        }

        private void end() {
            cut(client);
            if (!keepUpstream) {
                cut(upstream);
            }
        }

        private static boolean contains(byte[] buffer, int length, byte[] word) {
            for (int i = 0; i + word.length <= length; i++) {
                int matched = 0;
                while (matched < word.length && buffer[i + matched] == word[matched]) {
                    matched++;
                }
                if (matched == word.length) {
                    return true;
                }
            }
            return false;
        }
    }
}
