package dev.backendmastery.security.web;

import static dev.backendmastery.security.web.Texts.passes;
import static dev.backendmastery.security.web.Texts.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.web.SsrfGuard.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What whoever fetches for others must hold. Extend it and say how to create yours. */
@DisplayName("SsrfGuard")
public abstract class SsrfContract {

    private static final String PUBLIC_4 = "93.184.216.34";
    private static final String PUBLIC_6 = "2606:2800:220:1:248:1893:25c8:1946";

    /** What is under test. */
    @FunctionalInterface
    protected interface Fetcher {
        /**
         * Follows an address and its redirects.
         *
         * @param redirects the {@code Location} of each answer, until there are no more
         * @return the addresses to which it would connect for the last one
         * @throws WebRefusedException if it may not
         */
        List<InetAddress> follow(String address, List<String> redirects);
    }

    /** One that fetches by https on 443 and http on 80, follows at most five redirects, and asks the resolver for names alone. */
    protected abstract Fetcher create(Resolver resolver);

    /** How many texts are tried. */
    protected int texts() {
        return 100_000;
    }

    private static final Map<String, List<String>> NAMES = Map.of(
            "public.example", List.of(PUBLIC_4, PUBLIC_6),
            "inside.example", List.of("10.0.0.7"),
            "half.example", List.of(PUBLIC_4, "127.0.0.1"),
            "metadata.example", List.of("169.254.169.254"),
            "localhost", List.of("127.0.0.1", "::1"),
            "none.example", List.of());

    static byte[] bytes(String address) {
        byte[] bytes = address.indexOf(':') >= 0 ? Hosts.ipv6(address) : Hosts.ipv4(address);
        return Objects.requireNonNull(bytes, address);
    }

    private static InetAddress[] resolve(String host) throws UnknownHostException {
        List<String> addresses = NAMES.get(host);
        if (addresses == null) {
            throw new UnknownHostException("no " + host);
        }
        InetAddress[] resolved = new InetAddress[addresses.size()];
        for (int i = 0; i < resolved.length; i++) {
            resolved[i] = InetAddress.getByAddress(bytes(addresses.get(i)));
        }
        return resolved;
    }

    private final Fetcher fetcher = create(SsrfContract::resolve);

    private static List<String> texts(List<InetAddress> addresses) {
        List<String> texts = new ArrayList<>();
        for (InetAddress address : addresses) {
            texts.add(Hosts.text(address.getAddress()));
        }
        return texts;
    }

    private List<String> follow(String address, String... redirects) {
        return texts(fetcher.follow(address, List.of(redirects)));
    }

    private void assertRefused(String... addresses) {
        for (String address : addresses) {
            refused(() -> follow(address), address);
        }
    }

    /** The address as it stands, and as what a name resolves to. */
    private boolean allows(String address) {
        String literal = address.indexOf(':') >= 0 ? "[" + Hosts.text(bytes(address)) + "]" : address;
        boolean direct = passes(() -> follow("https://" + literal + "/"));
        Fetcher named = create(host -> new InetAddress[] {InetAddress.getByAddress(bytes(address))});
        assertEquals(direct, passes(() -> named.follow("https://name.example/", List.of())), address);
        return direct;
    }

    @Test
    @DisplayName("SF-1 what is public may be fetched, at the addresses that were checked")
    void allows() {
        assertEquals(List.of(PUBLIC_4, PUBLIC_6), follow("https://public.example/a?b=c#d"));
        assertEquals(List.of(PUBLIC_4, PUBLIC_6), follow("HTTP://Public.Example:80"));
        assertEquals(List.of(PUBLIC_4), follow("https://" + PUBLIC_4 + ":443/"));
        assertEquals(List.of(PUBLIC_6), follow("https://[" + PUBLIC_6 + "]/"));
    }

    @Test
    @DisplayName(
            "SF-2 no special-purpose address of IPv4, first and last of each range, and all between them are neighbours")
    void ranges() {
        for (List<String> range : List.of(
                List.of("0.0.0.0", "0.255.255.255"),
                List.of("10.0.0.0", "10.255.255.255"),
                List.of("100.64.0.0", "100.127.255.255"),
                List.of("127.0.0.0", "127.255.255.255"),
                List.of("169.254.0.0", "169.254.255.255"),
                List.of("169.254.169.254", "169.254.170.2"),
                List.of("172.16.0.0", "172.31.255.255"),
                List.of("192.0.0.0", "192.0.0.255"),
                List.of("192.0.2.0", "192.0.2.255"),
                List.of("192.31.196.0", "192.31.196.255"),
                List.of("192.52.193.0", "192.52.193.255"),
                List.of("192.88.99.0", "192.88.99.255"),
                List.of("192.168.0.0", "192.168.255.255"),
                List.of("192.175.48.0", "192.175.48.255"),
                List.of("198.18.0.0", "198.19.255.255"),
                List.of("198.51.100.0", "198.51.100.255"),
                List.of("203.0.113.0", "203.0.113.255"),
                List.of("224.0.0.0", "239.255.255.255"),
                List.of("240.0.0.0", "255.255.255.255"))) {
            for (String address : range) {
                assertTrue(!allows(address), address);
            }
        }
        for (String address : List.of(
                "1.0.0.0",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "203.0.112.255",
                "203.0.114.0",
                "223.255.255.255")) {
            assertTrue(allows(address), address);
        }
    }

    @Test
    @DisplayName("SF-3 of IPv6 global unicast alone, without what is special or carries an address of IPv4")
    void ranges6() {
        for (String address : List.of(
                "::",
                "::1",
                "::7f00:1",
                "::ffff:127.0.0.1",
                "::ffff:93.184.216.34",
                "64:ff9b::7f00:1",
                "64:ff9b::5db8:d822",
                "64:ff9b:1::1",
                "100::1",
                "100:0:0:1::1",
                "2001::1",
                "2001:0:5db8:d822::1",
                "2001:2::1",
                "2001:10::1",
                "2001:20::1",
                "2001:1ff:ffff::1",
                "2001:db8::1",
                "2001:db8:ffff::1",
                "2002:7f00:1::",
                "2002:a00:1::1",
                "2002:5db8:d822::1",
                "2620:4f:8000::1",
                "3fff::1",
                "3fff:fff::1",
                "4000::1",
                "5f00::1",
                "fc00::1",
                "fd12:3456::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "ff02::1",
                "ffff::1",
                "1fff::1")) {
            if (bytes(address)[10] == -1 && address.contains(".")) {
                // As what a name resolves to, the platform makes it one of IPv4.
                refused(() -> follow("https://[" + Hosts.text(bytes(address)) + "]/"), address);
            } else {
                assertTrue(!allows(address), address);
            }
        }
        for (String address : List.of(
                "2001:200::1", "2001:4860:4860::8888", "2003::1", "2606:4700::1111", "2a00::1", "3ffe:ffff::1")) {
            assertTrue(allows(address), address);
        }
    }

    @Test
    @DisplayName(
            "SF-4 an address has one spelling: no octal, no hexadecimal, no whole number, no missing parts, no other digits")
    void spellings() {
        assertRefused(
                "http://127.1/",
                "http://127.0.1/",
                "http://2130706433/",
                "http://0x7f000001/",
                "http://0x7f.0.0.1/",
                "http://0177.0.0.1/",
                "http://017700000001/",
                "http://127.0.0.01/",
                "http://0/",
                "http://0x0/",
                "http://1572395042/",
                "http://93.184.55330/",
                "http://093.184.216.034/",
                "http://0x5d.184.216.34/",
                "http://93.184.216.34./",
                "http://\uff11\uff12\uff17.0.0.1/",
                "http://93\u3002184\u3002216\u300234/",
                "http://\u2460.0.0.1/",
                "http://%31%32%37.0.0.1/",
                "http://256.1.1.1/",
                "http://1.2.3.4.5/",
                "http://[::ffff:93.184.216.34]/",
                "http://[2606:2800:220:1:248:1893:25C8:1946%25eth0]/",
                "http://[2606:2800:0220:1:248:1893:25c8:1946]/",
                "http://[::1",
                "http://::1/",
                "http://[v1.x]/",
                "http://public.example./",
                "http://public_example/",
                "http://-public.example/",
                "http:///",
                "http://");
    }

    @Test
    @DisplayName("SF-5 of a name all addresses must be public")
    void all() {
        assertRefused(
                "https://inside.example/",
                "https://half.example/",
                "https://metadata.example/",
                "https://localhost/",
                "http://LOCALHOST/");
    }

    /** A resolver that says something else each time: public first, and inside from then on. */
    private static final class Rebinding implements Resolver {
        private int asked;

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            asked++;
            return new InetAddress[] {InetAddress.getByAddress(bytes(asked == 1 ? PUBLIC_4 : "127.0.0.1"))};
        }
    }

    @Test
    @DisplayName("SF-6 what was checked is what is connected to: a name is resolved once")
    void pinned() {
        Rebinding resolver = new Rebinding();
        List<InetAddress> addresses = create(resolver).follow("https://rebinding.example/", List.of());
        assertEquals(List.of(PUBLIC_4), texts(addresses));
        assertEquals(1, resolver.asked, "how often the resolver was asked");
    }

    @Test
    @DisplayName("SF-7 each redirect is checked as a new address; they are counted; none leads from https to http")
    void redirects() {
        assertEquals(
                List.of(PUBLIC_4),
                follow("https://public.example/a", "/b", "c", "?d", "//public.example/e", "https://" + PUBLIC_4 + "/"));
        assertEquals(List.of(PUBLIC_4, PUBLIC_6), follow("http://public.example/", "https://public.example/"));
        for (String location : List.of(
                "https://inside.example/",
                "//inside.example/",
                "https://169.254.169.254/latest/",
                "https://127.1/",
                "https://[::1]/",
                "https://localhost/",
                "file:///etc/passwd",
                "gopher://public.example/",
                "https://public.example:22/",
                "https://user@public.example/",
                "https:inside",
                "http://public.example/",
                "\\\\inside.example\\x",
                "https://public.example\\@inside.example/",
                "ht tp://x")) {
            refused(() -> follow("https://public.example/", location), location);
            refused(() -> follow("https://public.example/", "/a", location), location);
        }
        refused(() -> follow("https://public.example/", "/1", "/2", "/3", "/4", "/5", "/6"), "more than five");
        Rebinding resolver = new Rebinding();
        refused(
                () -> create(resolver).follow("https://rebinding.example/", List.of("/again")),
                "another answer for the next hop");
    }

    @Test
    @DisplayName("SF-8 other schemes and ports, users, and what two parsers read in two ways are not fetched")
    void forms() {
        assertRefused(
                "ftp://public.example/",
                "file:///etc/passwd",
                "gopher://public.example/",
                "jar:https://public.example/!/",
                "dict://public.example:11211/",
                "ldap://public.example/",
                "data:text/plain,x",
                "//public.example/",
                "public.example",
                "https:public.example",
                "https:/public.example",
                "https://public.example:22/",
                "https://public.example:6379/",
                "https://public.example:8443/",
                "https://public.example:0/",
                "https://public.example:99999/",
                "https://public.example:0443/",
                "https://public.example:/",
                "https://user@public.example/",
                "https://user:password@public.example/",
                "https://public.example@inside.example/",
                "https://inside.example#@public.example/",
                "https://public.example\\@inside.example/",
                "https://public.example%00.inside.example/",
                "https://public.example%2finside.example/",
                "https://public.example\t/",
                "https://public.example /",
                " https://public.example/",
                "https://public.example/\r\nX: y",
                "https://public.example/\u00e9",
                "https://public.example/[",
                "https://public.example/%",
                "https://public.example/#a#b",
                "");
        refused(() -> follow("https://public.example/" + "a".repeat(2_048)), "too long");
    }

    @Test
    @DisplayName("SF-9 what does not resolve, or to nothing, is refused")
    void unresolved() {
        assertRefused("https://nowhere.example/", "https://none.example/");
    }

    @Test
    @DisplayName("SF-10 any text is answered, and what passes leads to public addresses alone")
    void anyText() {
        List<String> seeds = List.of(
                "https://public.example/a?b#c",
                "http://inside.example:80/",
                "https://93.184.216.34/",
                "http://[2606:2800::1]/",
                "http://127.0.0.1/",
                "//[::1]:443",
                "/a/../b",
                "@public.example");
        Texts.each(texts(), seeds, text -> {
            passes(() -> assertPublic(fetcher.follow(text, List.of())));
            passes(() -> assertPublic(fetcher.follow("https://public.example/", List.of(text))));
        });
    }

    private static void assertPublic(List<InetAddress> addresses) {
        assertTrue(!addresses.isEmpty() && addresses.stream().allMatch(PublicAddresses::contains), addresses::toString);
    }
}
