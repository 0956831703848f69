package dev.backendmastery.shortener.domain;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Where links may lead: http and https addresses of the public network, not this service itself.
 *
 * <p>A name is resolved and every address that it resolves to must be public, so that a name cannot lead inside. This is
 * checked when a link is made; what the name resolves to later is the business of who follows it, for this service
 * never fetches a target.
 */
public final class Targets {

    private static final int LONGEST = 2_048;

    /** What ends in a number is an address to browsers (WHATWG URL, "ends in a number checker"). */
    private static final Pattern NUMERIC = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

    private static final Pattern DOTTED_QUAD = Pattern.compile("(?:0|[1-9][0-9]{0,2})(?:\\.(?:0|[1-9][0-9]{0,2})){3}");

    /** Names to addresses; {@link InetAddress#getAllByName} in production. */
    @FunctionalInterface
    public interface Resolver {
        /** All addresses of {@code host}, which may be an address itself. */
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private final Resolver resolver;
    private final Predicate<InetAddress> isPublic;
    private final Set<String> ownHosts;
    private final Set<String> exempt;

    /**
     * A policy.
     *
     * @param isPublic whether an address is of the public network
     * @param ownHosts the hosts, in lower case, that this service is reached at
     * @param exempt {@code host:port} pairs, in lower case, that are allowed whatever they resolve to: for trials on one
     *     machine
     */
    public Targets(Resolver resolver, Predicate<InetAddress> isPublic, Set<String> ownHosts, Set<String> exempt) {
        this.resolver = resolver;
        this.isPublic = isPublic;
        this.ownHosts = Set.copyOf(ownHosts);
        this.exempt = Set.copyOf(exempt);
    }

    /**
     * The target in its normal form.
     *
     * @throws LinkException if it may not be led to; the message says why
     */
    public String check(String target) {
        if (target.length() > LONGEST) {
            throw LinkException.invalid("target must be at most " + LONGEST + " characters, was " + target.length());
        }
        URI uri;
        try {
            uri = new URI(target).parseServerAuthority();
        } catch (URISyntaxException e) {
            throw LinkException.invalid("target is not an address: " + e.getReason());
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw LinkException.invalid("target must start with http:// or https://");
        }
        if (uri.getRawUserInfo() != null) {
            throw LinkException.invalid("target must not carry a user name");
        }
        if (uri.getHost() == null || uri.getHost().isEmpty()) {
            throw LinkException.invalid("target has no host");
        }
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        if (host.endsWith(".")) {
            host = host.substring(0, host.length() - 1);
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        if (!exempt.contains(host + ":" + port)) {
            checkHost(host);
        }
        return uri.toASCIIString();
    }

    private void checkHost(String host) {
        if (ownHosts.contains(host)) {
            throw LinkException.invalid("target must not be this service itself");
        }
        if (NUMERIC.matcher(host).matches() && !DOTTED_QUAD.matcher(host).matches()) {
            // Browsers read 0177.0.0.1, 0x7f.1 and 2130706433 as addresses; resolvers differ. One spelling is enough.
            throw LinkException.invalid("target's address must be written as four decimal numbers");
        }
        String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        InetAddress[] addresses;
        try {
            addresses = resolver.resolve(name);
        } catch (UnknownHostException e) {
            throw LinkException.invalid("target's host does not resolve");
        }
        for (InetAddress address : List.of(addresses)) {
            if (!isPublic.test(address)) {
                throw LinkException.invalid("target must be on the public network");
            }
        }
    }
}
