package dev.backendmastery.security.web;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A range of addresses that begin alike. */
final class Network {

    private final byte[] first;
    private final int bits;

    private Network(byte[] first, int bits) {
        this.first = first;
        this.bits = bits;
    }

    /**
     * The range that is written so, as in {@code 10.0.0.0/8} or {@code fd00::/8}; an address alone is a range of one.
     *
     * @throws IllegalArgumentException if it is none, or its address is not its first
     */
    static Network of(String text) {
        int slash = text.indexOf('/');
        String start = slash < 0 ? text : text.substring(0, slash);
        byte @Nullable [] address = start.indexOf(':') >= 0 ? Hosts.ipv6(start) : Hosts.ipv4(start);
        int bits = address == null ? -1 : slash < 0 ? address.length * 8 : bits(text.substring(slash + 1));
        if (address == null || bits < 0 || bits > address.length * 8) {
            throw new IllegalArgumentException("network must be as in 10.0.0.0/8 or fd00::/8, was " + text);
        }
        Network network = new Network(address, bits);
        if (!Arrays.equals(network.firstOf(address), address)) {
            throw new IllegalArgumentException("network must begin with its first address, was " + text);
        }
        return network;
    }

    private static int bits(String text) {
        return text.equals("0") ? 0 : HttpUri.port(text);
    }

    /** The address with all bits cleared that are behind the first. */
    private byte[] firstOf(byte[] address) {
        byte[] cleared = address.clone();
        for (int i = bits; i < cleared.length * 8; i++) {
            cleared[i / 8] &= (byte) ~(0x80 >> (i % 8));
        }
        return cleared;
    }

    boolean contains(byte[] address) {
        if (address.length != first.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (address[i] != first[i]) {
                return false;
            }
        }
        return bits % 8 == 0 || ((address[whole] ^ first[whole]) & (0xff00 >> (bits % 8)) & 0xff) == 0;
    }
}
