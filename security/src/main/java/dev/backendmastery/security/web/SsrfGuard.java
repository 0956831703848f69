package dev.backendmastery.security.web;

import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a server may fetch on behalf of somebody: addresses of the public network, by schemes and ports that were named.
 *
 * <p><b>Guarantee.</b> A target that passes has addresses that are all public (SF-1 to SF-3, SF-5), was written in the one spelling of an address (SF-4, SF-8), and is
 * <b>pinned</b>: who connects by {@link Target#addresses} or {@link Target#connect} connects to what was checked, whatever the name resolves to by then (SF-6). Each redirect is checked as a new
 * target, they are counted, and none leads from https to http (SF-7). What does not resolve is refused (SF-9). Any text is answered (SF-10).
 *
 * <p><b>Threads.</b> Safe for any number. <b>Cost.</b> The resolver's, once a target. <b>Not for</b> proxies between: they resolve again, and the guard belongs into them.
 * <b>Source.</b> OWASP, <i>Server Side Request Forgery Prevention</i>; RFC 3986, section 7.4; ASVS 5.0, 1.3.6, 13.2.4, 13.2.5.
 */
public final class SsrfGuard {

    /** Names to addresses; {@link InetAddress#getAllByName} in production. */
    @FunctionalInterface
    public interface Resolver {
        /** All addresses of {@code host}. */
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private final Resolver resolver;
    private final Predicate<InetAddress> allowed;
    private final Set<String> schemes;
    private final Set<Integer> ports;
    private final int maxHops;

    private SsrfGuard(
            Resolver resolver, Predicate<InetAddress> allowed, Set<String> schemes, Set<Integer> ports, int maxHops) {
        this.resolver = resolver;
        this.allowed = allowed;
        this.schemes = schemes;
        this.ports = ports;
        this.maxHops = maxHops;
    }

    /** For https on 443 and http on 80, of the public network, with five redirects. */
    public static SsrfGuard publicWeb(Resolver resolver) {
        return new SsrfGuard(
                Objects.requireNonNull(resolver, "resolver"),
                PublicAddresses::contains,
                Set.of("https", "http"),
                Set.of(443, 80),
                5);
    }

    /** For https alone. */
    public SsrfGuard httpsOnly() {
        return new SsrfGuard(resolver, allowed, Set.of("https"), ports, maxHops);
    }

    /**
     * For these ports alone.
     *
     * @throws IllegalArgumentException if one is not from 1 to 65535
     */
    public SsrfGuard ports(Set<Integer> these) {
        for (int port : these) {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("port must be from 1 to 65535, was " + port);
            }
        }
        return new SsrfGuard(resolver, allowed, schemes, Set.copyOf(these), maxHops);
    }

    /** For addresses that {@code these} allows, in place of the public ones: {@code PublicAddresses} and a few, or fewer. */
    public SsrfGuard addresses(Predicate<InetAddress> these) {
        return new SsrfGuard(resolver, Objects.requireNonNull(these, "these"), schemes, ports, maxHops);
    }

    /**
     * With so many redirects at most.
     *
     * @throws IllegalArgumentException if it is not from 0 to 20
     */
    public SsrfGuard maxHops(int hops) {
        if (hops < 0 || hops > 20) {
            throw new IllegalArgumentException("hops must be from 0 to 20, was " + hops);
        }
        return new SsrfGuard(resolver, allowed, schemes, ports, hops);
    }

    /**
     * What may be fetched.
     *
     * @param uri as it was checked, without fragment
     * @param host the name for {@code Host} and for the certificate
     * @param port of {@code addresses}
     * @param addresses that were checked: connect to these and resolve nothing
     * @param hops how many redirects led here
     */
    public record Target(URI uri, String host, int port, List<InetAddress> addresses, int hops) {

        /**
         * As {@link #connect(Duration, SSLSocketFactory)}, with the platform's trust.
         *
         * @throws IOException if none answers, or not as it should
         */
        public Socket connect(Duration timeout) throws IOException {
            return connect(timeout, (SSLSocketFactory) SSLSocketFactory.getDefault());
        }

        /**
         * A connection to one of the checked addresses, the first that answers; for https by {@code tls}, with the certificate checked for the host.
         *
         * @param timeout for each address to connect, and for each read afterwards
         * @throws IOException if none answers, or not as it should
         */
        public Socket connect(Duration timeout, SSLSocketFactory tls) throws IOException {
            IOException last = new IOException("no address to connect to");
            int millis = Math.toIntExact(Math.max(1, Math.min(timeout.toMillis(), Integer.MAX_VALUE)));
            for (InetAddress address : addresses) {
                Socket socket = new Socket(Proxy.NO_PROXY);
                try {
                    socket.connect(new InetSocketAddress(address, port), millis);
                    socket.setSoTimeout(millis);
                    return uri.getScheme().equals("https") ? secured(socket, tls) : socket;
                } catch (IOException e) {
                    socket.close();
                    e.addSuppressed(last);
                    last = e;
                }
            }
            throw last;
        }

        private Socket secured(Socket plain, SSLSocketFactory tls) throws IOException {
            SSLSocket socket =
                    (SSLSocket) tls.createSocket(plain, host.replace("[", "").replace("]", ""), port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        }
    }

    /**
     * Checks an address that somebody gave.
     *
     * @throws WebRefusedException if it may not be fetched
     */
    public Target check(String address) {
        return check(address, 0);
    }

    /**
     * Checks where a target's answer redirects to.
     *
     * @param location the answer's {@code Location}; relative ones are relative to the target
     * @throws WebRefusedException if it may not be followed
     */
    public Target redirect(Target from, String location) {
        if (from.hops >= maxHops) {
            throw refused("more redirects than " + maxHops);
        }
        String next;
        try {
            next = from.uri.resolve(location).toString();
        } catch (IllegalArgumentException e) {
            throw refused("a redirect to no address");
        }
        Target target = check(next, from.hops + 1);
        if (from.uri.getScheme().equals("https") && !target.uri.getScheme().equals("https")) {
            throw refused("a redirect from https to http");
        }
        return target;
    }

    private Target check(String address, int hops) {
        HttpUri uri = HttpUri.parse(address);
        if (uri == null) {
            throw refused("no plain address of http or https");
        }
        if (!schemes.contains(uri.scheme()) || !ports.contains(uri.port())) {
            throw refused("a scheme or port that is not fetched");
        }
        List<InetAddress> addresses = resolve(uri.host());
        for (InetAddress each : addresses) {
            if (!allowed.test(each)) {
                throw refused("an address that is not fetched");
            }
        }
        String path = (uri.path().isEmpty() ? "/" : uri.path()) + (uri.query() == null ? "" : "?" + uri.query());
        return new Target(URI.create(uri.origin() + path), uri.host(), uri.port(), addresses, hops);
    }

    private List<InetAddress> resolve(String host) {
        byte @Nullable [] literal =
                host.startsWith("[") ? Hosts.ipv6(host.substring(1, host.length() - 1)) : Hosts.ipv4(host);
        try {
            if (literal != null) {
                InetAddress address = InetAddress.getByAddress(literal);
                if (address.getAddress().length != literal.length) {
                    throw refused("an address of IPv4 in the clothes of IPv6");
                }
                return List.of(address);
            }
            List<InetAddress> addresses = new ArrayList<>();
            for (InetAddress address : resolver.resolve(host)) {
                addresses.add(InetAddress.getByAddress(host, address.getAddress())); // asks nobody, now or later
            }
            if (addresses.isEmpty()) {
                throw refused("a name without addresses");
            }
            return List.copyOf(addresses);
        } catch (UnknownHostException e) {
            throw refused("a name that does not resolve");
        }
    }

    private static WebRefusedException refused(String message) {
        return new WebRefusedException(Reason.TARGET, message);
    }
}
