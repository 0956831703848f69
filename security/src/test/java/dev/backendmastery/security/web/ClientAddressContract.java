package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.web.ClientAddress.Header;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What whoever says who is calling must hold. Extend it and say how to create yours. */
@DisplayName("ClientAddress")
public abstract class ClientAddressContract {

    private static final String PROXY = "10.0.0.1";
    private static final String CALLER = "93.184.216.34";

    /** What is under test: the values of all lines of both headers, in their order. */
    @FunctionalInterface
    protected interface Source {
        InetAddress of(InetAddress peer, List<String> forwardedFor, List<String> forwarded);
    }

    /** One that trusts these networks to write the header; none at all if there are none. */
    protected abstract Source create(Header header, List<String> networks);

    /** How many texts are tried. */
    protected int texts() {
        return 100_000;
    }

    private final Source old = create(Header.X_FORWARDED_FOR, List.of("10.0.0.0/8", "fd00::/8"));
    private final Source standard = create(Header.FORWARDED, List.of("10.0.0.0/8", "fd00::/8"));

    private static InetAddress inet(String address) {
        try {
            return InetAddress.getByAddress(SsrfContract.bytes(address));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }

    private String old(String peer, String... lines) {
        return Hosts.text(
                old.of(inet(peer), List.of(lines), List.of("for=6.6.6.6")).getAddress());
    }

    private String standard(String peer, String... lines) {
        return Hosts.text(
                standard.of(inet(peer), List.of("6.6.6.6"), List.of(lines)).getAddress());
    }

    @Test
    @DisplayName("CA-1 if no proxy is trusted the caller is who is connected")
    void direct() {
        Source none = create(Header.X_FORWARDED_FOR, List.of());
        for (String peer : List.of(CALLER, PROXY, "127.0.0.1", "2001:db8::1")) {
            assertEquals(inet(peer), none.of(inet(peer), List.of("6.6.6.6"), List.of("for=6.6.6.6")));
        }
    }

    @Test
    @DisplayName("CA-2 the caller is the right-most that is no trusted proxy")
    void rightmost() {
        assertEquals(CALLER, old(PROXY, CALLER));
        assertEquals(CALLER, old(PROXY, "6.6.6.6, " + CALLER));
        assertEquals(CALLER, old(PROXY, "6.6.6.6, 10.9.9.9, " + CALLER + ", 10.0.0.2"));
        assertEquals(CALLER, old(PROXY, "10.0.0.9," + CALLER));
        assertEquals(CALLER, old("fd00::1", CALLER + ",fd00::2"));
        assertEquals("10.0.0.3", old(PROXY, "10.0.0.3, 10.0.0.2"));
        assertEquals(PROXY, old(PROXY));
    }

    @Test
    @DisplayName("CA-3 of who is no trusted proxy nothing is believed")
    void untrusted() {
        for (String peer : List.of(CALLER, "11.0.0.1", "9.255.255.255", "127.0.0.1", "fe00::1")) {
            assertEquals(peer, old(peer, "6.6.6.6"));
            assertEquals(peer, standard(peer, "for=6.6.6.6"));
        }
    }

    @Test
    @DisplayName("CA-4 all lines of the header are one list, for a proxy may add a line of its own")
    void lines() {
        assertEquals(CALLER, old(PROXY, "6.6.6.6", CALLER));
        assertEquals(CALLER, old(PROXY, "6.6.6.6, 7.7.7.7", CALLER, "10.0.0.2"));
        assertEquals(CALLER, standard(PROXY, "for=6.6.6.6", "for=" + CALLER));
    }

    @Test
    @DisplayName("CA-5 one header is read, in all its forms, and the other never")
    void forms() {
        assertEquals("6.6.6.7", old(PROXY, "6.6.6.7"));
        for (String form : List.of(
                "for=" + CALLER,
                "For=" + CALLER + ";proto=https;by=10.0.0.1",
                "proto=https; for=\"" + CALLER + ":4711\"",
                "for=6.6.6.6, for=" + CALLER + ";host=\"a,b;for=7.7.7.7\"",
                "for=\"[2001:db8::1]:4711\";x=\"\\\"\", for=" + CALLER)) {
            assertEquals(CALLER, standard(PROXY, form), form);
        }
        assertEquals("2001:db8::1", standard(PROXY, "for=\"[2001:db8::1]:4711\""));
        assertEquals("2001:db8::1", standard(PROXY, "for=\"[2001:db8::1]\""));
        assertEquals("2001:db8::1", old(PROXY, "2001:DB8:0::1"));
        assertEquals("2001:db8::1", old(PROXY, "[2001:db8::1]:4711"));
        assertEquals(CALLER, old(PROXY, CALLER + ":4711"));
    }

    @Test
    @DisplayName("CA-6 where the list cannot be read the answer is the nearest that is known")
    void unreadable() {
        for (String wrong : List.of(
                "unknown",
                "_hidden",
                "",
                " ",
                "127.1",
                "0x7f.0.0.1",
                "093.184.216.34",
                "localhost",
                "1.2.3.4:",
                "1.2.3.4:x",
                "1.2.3.4:99999",
                "[::1",
                "::1]",
                "[1.2.3.4]",
                "::1%eth0",
                "1.2.3.4/8",
                "\0")) {
            assertEquals(PROXY, old(PROXY, "6.6.6.6, " + wrong), wrong);
            assertEquals("10.0.0.2", old(PROXY, "6.6.6.6, " + wrong + ", 10.0.0.2"), wrong);
            assertEquals(PROXY, standard(PROXY, "for=6.6.6.6, for=" + wrong.replace("\0", "")), wrong);
        }
        for (String wrong : List.of(
                "for=6.6.6.6, by=10.0.0.1",
                "for=6.6.6.6;for=7.7.7.7",
                "for=6.6.6.6, for=\"",
                "for=\"6.6.6.6, for=" + CALLER)) {
            assertEquals(PROXY, standard(PROXY, wrong), wrong);
        }
        assertEquals(PROXY, old(PROXY, "1.1.1.1,".repeat(5_000) + CALLER), "too long");
    }

    @Test
    @DisplayName("CA-7 an address of IPv4 is one, also if it is written as one of IPv6")
    void mapped() {
        assertEquals(CALLER, old(PROXY, "::ffff:" + CALLER));
        assertEquals(CALLER, old(PROXY, CALLER + ", ::ffff:10.0.0.2"));
        assertEquals(CALLER, standard(PROXY, "for=\"[::ffff:5db8:d822]\""));
    }

    @Test
    @DisplayName("CA-8 any text is answered, and left of what a proxy wrote changes nothing")
    void anyText() {
        List<String> seeds = List.of(
                "6.6.6.6, 10.0.0.1",
                "for=6.6.6.6;by=\"[::1]:80\"",
                "\"",
                "for=\"",
                "[::ffff:1.2.3.4]:5",
                "unknown",
                "10.0.0.7");
        Texts.each(texts(), seeds, text -> {
            assertEquals(CALLER, old(PROXY, text + "," + CALLER), "as a list");
            assertEquals(CALLER, old(PROXY, text, CALLER), "as lines");
            String said = standard(PROXY, text + ",for=" + CALLER);
            assertTrue(said.equals(CALLER) || said.equals(PROXY), said);
            List<String> lines = new ArrayList<>(List.of(text, text));
            old.of(inet(PROXY), lines, lines);
            standard.of(inet(PROXY), lines, lines);
        });
    }
}
