package dev.backendmastery.security.web;

import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a user may be sent: to a path of this service, or to an address that was registered.
 *
 * <p><b>Guarantee.</b> A path passes unchanged (RD-1) if no browser reads another host, scheme or header out of it (RD-2, RD-3, RD-5) and nobody who decodes it once
 * more another path (RD-4). An address passes if it is registered, character by character (RD-6, RD-7): nothing is a beginning, a pattern or a normal form of anything.
 * Fragments are refused (RD-8). For native programs that were registered as such the port of a loopback address is free, and nothing else (RD-9). What could be read in
 * two ways cannot be registered (RD-10). Any text is answered, and what passes stays here (RD-11).
 *
 * <p><b>Threads.</b> Immutable. <b>Cost.</b> One pass; one look-up. <b>Not for</b> native programs that claim schemes of their own. <b>Source.</b> RFC 9700, section 4.1; RFC
 * 8252, section 7.3; OWASP, <i>Unvalidated Redirects and Forwards</i>; ASVS 5.0, 3.7.2, 10.4.1; CVE-2024-8883, CVE-2026-3872, CVE-2026-7504, CVE-2026-9086,
 * CVE-2026-18209, CVE-2026-18211.
 */
public final class RedirectGuard {

    private final Set<String> registered;
    private final Set<String> loopbacks;

    private RedirectGuard(Set<String> registered, Set<String> loopbacks) {
        this.registered = Set.copyOf(registered);
        this.loopbacks = Set.copyOf(loopbacks);
    }

    /** A guard that knows paths alone. */
    public static RedirectGuard paths() {
        return new RedirectGuard(Set.of(), Set.of());
    }

    /**
     * These, and an address that is allowed as it is written.
     *
     * @param address of https, or of http on a loopback address; with a path, without fragment
     * @throws IllegalArgumentException if it could be read in two ways
     */
    public RedirectGuard and(String address) {
        Set<String> all = new HashSet<>(registered);
        all.add(registrable(address, false));
        return new RedirectGuard(all, loopbacks);
    }

    /**
     * These, and one of a native program: {@code http://127.0.0.1/callback} or {@code http://[::1]/callback}, with whatever port.
     *
     * @throws IllegalArgumentException if it is no such address, or has a port
     */
    public RedirectGuard andNative(String address) {
        Set<String> all = new HashSet<>(loopbacks);
        all.add(registrable(address, true));
        return new RedirectGuard(registered, all);
    }

    private static String registrable(String address, boolean nativeProgram) {
        HttpUri uri = HttpUri.parse(address);
        if (uri == null || uri.fragment() != null || uri.path().isEmpty() || HttpUri.wanders(uri.path())) {
            throw new IllegalArgumentException(
                    "address must be one of https with a path, and be read in one way, was " + address);
        }
        boolean loopback = uri.scheme().equals("http") && isLoopback(uri.host());
        boolean asWritten = address.startsWith(uri.origin() + "/");
        if (!asWritten
                || address.indexOf('*') >= 0
                || (nativeProgram
                        ? !loopback || uri.port() != 80
                        : !loopback && !uri.scheme().equals("https"))) {
            throw new IllegalArgumentException("address must be one of https, or of http on a loopback address"
                    + (nativeProgram ? " without a port" : "") + ", written plainly, was " + address);
        }
        return address;
    }

    /** By number alone: names such as localhost are somebody's to say. */
    private static boolean isLoopback(String host) {
        return host.equals("127.0.0.1") || host.equals("[::1]");
    }

    /**
     * A path of this service, such as a form's {@code next}.
     *
     * @throws WebRefusedException if it is none, or leads elsewhere for anybody
     */
    public String path(@Nullable String next) {
        if (next == null || next.length() > HttpUri.LONGEST || !next.startsWith("/") || next.startsWith("//")) {
            throw refused("no path of this service");
        }
        if (!HttpUri.isUriText(next, 0, "?")) {
            throw refused("a path with what no path holds, or with a fragment");
        }
        int mark = next.indexOf('?');
        if (HttpUri.wanders(mark < 0 ? next : next.substring(0, mark))) {
            throw refused("a path that wanders");
        }
        return next;
    }

    /** As {@link #path(String)}, or {@code otherwise} if it is refused. */
    public String pathOr(@Nullable String next, String otherwise) {
        try {
            return path(next);
        } catch (WebRefusedException e) {
            return otherwise; // the user still has to be sent somewhere
        }
    }

    /**
     * An address that was registered.
     *
     * @throws WebRefusedException if it was not
     */
    public String registered(@Nullable String address) {
        if (address == null || !(registered.contains(address) || isNative(address))) {
            throw refused("no address that was registered");
        }
        return address;
    }

    private boolean isNative(String address) {
        if (loopbacks.isEmpty()) {
            return false;
        }
        HttpUri uri = HttpUri.parse(address);
        if (uri == null || !address.startsWith(uri.origin() + "/")) {
            return false;
        }
        return loopbacks.contains("http://" + uri.host()
                        + address.substring(uri.origin().toString().length()))
                && uri.scheme().equals("http");
    }

    private static WebRefusedException refused(String message) {
        return new WebRefusedException(Reason.REDIRECT, message);
    }
}
