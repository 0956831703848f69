package dev.backendmastery.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * Random loopback ports.
 *
 * <p>From 20,000 to 32,767: below the range from which systems hand out client ports, so no outgoing connection takes one
 * between choice and bind or while its server is being restarted, and low enough for a Redis cluster's second port at
 * plus 10,000.
 */
final class Ports {

    static final int CLUSTER_BUS_OFFSET = 10_000;

    private static final int FIRST = 20_000;
    private static final int LAST = 32_767;
    private static final int PROBES = 1_000;
    private static final int STARTS = 3;

    private Ports() {}

    /** Different ports that were all free at one moment; with {@code offset} above 0, each port plus that is free too. */
    static List<Integer> free(int count, int offset) {
        List<Integer> ports = new ArrayList<>();
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int probe = 0; ports.size() < count && probe < PROBES; probe++) {
                int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
                if (hold(port, held) && (offset == 0 || hold(port + offset, held))) {
                    ports.add(port);
                }
            }
        } finally {
            held.forEach(Ports::close);
        }
        if (ports.size() < count) {
            throw new IllegalStateException("no " + count + " free loopback ports between " + FIRST + " and " + LAST
                    + " in " + PROBES + " probes");
        }
        return ports;
    }

    /** Whether a server could bind this loopback port now. */
    static boolean isFree(int port) {
        try (ServerSocket socket = bind(port)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    /** Starts something on ports chosen now; again on others if another program took one of them in between. */
    static <T> T starting(int count, int offset, Function<List<Integer>, T> start) {
        for (int attempt = 1; ; attempt++) {
            List<Integer> ports = free(count, offset);
            try {
                return start.apply(ports);
            } catch (EngineStartException e) {
                if (attempt == STARTS || ports.stream().allMatch(Ports::isFree)) {
                    throw e;
                }
            }
        }
    }

    private static boolean hold(int port, List<ServerSocket> held) {
        try {
            held.add(bind(port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static ServerSocket bind(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            // Else connections of a server just killed, in TIME_WAIT, would make its port look taken.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
