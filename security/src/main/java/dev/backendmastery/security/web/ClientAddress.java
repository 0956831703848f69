package dev.backendmastery.security.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling, as far as it can be known behind proxies.
 *
 * <p><b>Guarantee.</b> Without trusted proxies nothing that a request says is believed (CA-1, CA-3). With them the answer is the right-most address that is no trusted proxy's,
 * for whatever stands left of it that one may have made up (CA-2), over all lines of the header (CA-4). One header is read, the other one never (CA-5). Where the list cannot be read the answer is the
 * nearest address that is known (CA-6). An address of IPv4 is one, however it is written (CA-7). Any text is answered (CA-8).
 *
 * <p><b>Threads.</b> Immutable. <b>Cost.</b> From the right, as far as proxies are trusted. <b>Source.</b> RFC 7239; ASVS 5.0, 4.1.3.
 */
public final class ClientAddress {

    private static final int LONGEST = 8_192;

    /** Which header the proxies write. */
    public enum Header {
        /** {@code X-Forwarded-For}, a list of addresses. */
        X_FORWARDED_FOR("X-Forwarded-For"),
        /** {@code Forwarded} (RFC 7239). */
        FORWARDED("Forwarded");

        private final String text;

        Header(String text) {
            this.text = text;
        }

        /** Its name. */
        public String text() {
            return text;
        }
    }

    private final Header header;
    private final List<Network> trusted;

    private ClientAddress(Header header, List<Network> trusted) {
        this.header = header;
        this.trusted = trusted;
    }

    /** Trusts nobody: the caller is who is connected. */
    public static ClientAddress direct() {
        return new ClientAddress(Header.X_FORWARDED_FOR, List.of());
    }

    /**
     * Trusts proxies of these networks to write the header.
     *
     * @param networks such as {@code 10.0.0.0/8}, {@code fd00::/8} or one address
     * @throws IllegalArgumentException if one is no network
     */
    public static ClientAddress behind(Header header, String... networks) {
        List<Network> trusted = new ArrayList<>();
        for (String network : networks) {
            trusted.add(Network.of(network));
        }
        return new ClientAddress(header, List.copyOf(trusted));
    }

    /** The header that it reads. */
    public Header header() {
        return header;
    }

    /**
     * Who is calling.
     *
     * @param peer who is connected
     * @param values of all lines of {@link #header}, in their order
     */
    public InetAddress of(InetAddress peer, List<String> values) {
        byte[] known = Hosts.unmapped(peer.getAddress());
        if (!trusted.isEmpty() && isTrusted(known)) {
            List<String> hops = hops(values);
            for (int i = hops.size() - 1; i >= 0; i--) {
                byte[] next = address(hops.get(i));
                if (next == null) {
                    break;
                }
                known = next;
                if (!isTrusted(known)) {
                    break;
                }
            }
        }
        return inet(known);
    }

    private boolean isTrusted(byte[] address) {
        for (Network network : trusted) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** What each hop says of the one before it, in order; nothing at all if it is too long. */
    private List<String> hops(List<String> values) {
        long length = 0;
        for (String value : values) {
            length += value.length();
        }
        if (length > LONGEST) {
            return List.of();
        }
        List<String> hops = new ArrayList<>();
        for (String value : values) {
            if (header == Header.X_FORWARDED_FOR) {
                for (String hop : value.split(",", -1)) {
                    hops.add(hop.strip());
                }
            } else {
                for (String element : split(value, ',')) {
                    hops.add(forOf(element));
                }
            }
        }
        return hops;
    }

    /** Splits outside of quotation marks. If the marks do not pair, what an attacker began may have swallowed what a proxy wrote: then the last part is empty, and known to nobody. */
    private static List<String> split(String text, char at) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == at && !quoted) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(quoted ? "" : text.substring(from));
        return parts;
    }

    /** The {@code for} of one element, without quotation marks; empty if it has none or two. */
    private static String forOf(String element) {
        String found = "";
        for (String pair : split(element, ';')) {
            String stripped = pair.strip();
            if (stripped.toLowerCase(Locale.ROOT).startsWith("for=")) {
                if (!found.isEmpty()) {
                    return "";
                }
                found = stripped.substring(4);
            }
        }
        boolean quoted = found.length() >= 2 && found.startsWith("\"") && found.endsWith("\"");
        return quoted ? found.substring(1, found.length() - 1) : found;
    }

    /** An address, perhaps with a port, of IPv6 perhaps in brackets; else null. */
    private static byte @Nullable [] address(String text) {
        byte[] plain = Hosts.ipv6(text);
        if (plain != null) {
            return Hosts.unmapped(plain);
        }
        int close = text.indexOf(']');
        int colon = text.indexOf(':', close + 1);
        if (colon >= 0 && HttpUri.port(text.substring(colon + 1)) < 0) {
            return null;
        }
        String host = colon < 0 ? text : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            byte[] inside = Hosts.ipv6(host.substring(1, host.length() - 1));
            return inside == null ? null : Hosts.unmapped(inside);
        }
        return Hosts.ipv4(host);
    }

    private static InetAddress inet(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of neither 4 nor 16 bytes", e);
        }
    }

    /** The one text of an address. */
    public static String text(InetAddress address) {
        return Hosts.text(Hosts.unmapped(address.getAddress()));
    }

    /** What one caller has: an address of IPv4, the 64 bits that begin one of IPv6, since the rest is the caller's to choose. For limits. */
    public static String network(InetAddress address) {
        byte[] bytes = Hosts.unmapped(address.getAddress());
        if (bytes.length == 4) {
            return Hosts.text(bytes);
        }
        byte[] first = Arrays.copyOf(Arrays.copyOf(bytes, 8), 16);
        return Hosts.text(first) + "/64";
    }
}
