package dev.backendmastery.security.web;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Hosts as text, each in the one spelling that leaves nothing to a second parser. Never asks a resolver. */
final class Hosts {

    private static final int LONGEST_NAME = 253;
    private static final int LONGEST_LABEL = 63;

    private Hosts() {}

    /** A name in lower case, an IPv4 address as four decimal numbers, or an IPv6 address in brackets as RFC 5952 writes it. */
    static boolean isCanonical(String host) {
        if (host.startsWith("[") && host.endsWith("]")) {
            String inside = host.substring(1, host.length() - 1);
            byte[] address = ipv6(inside);
            return address != null && text(address).equals(inside);
        }
        return ipv4(host) != null || isName(host);
    }

    /** Labels of lower-case letters, digits and inner hyphens. What ends in a number is an address to browsers, and no name. */
    static boolean isName(String host) {
        if (host.isEmpty() || host.length() > LONGEST_NAME) {
            return false;
        }
        int from = 0;
        while (true) {
            int dot = host.indexOf('.', from);
            int to = dot < 0 ? host.length() : dot;
            if (!isLabel(host, from, to)) {
                return false;
            }
            if (dot < 0) {
                return !isNumber(host, from);
            }
            from = dot + 1;
        }
    }

    private static boolean isLabel(String host, int from, int to) {
        if (to == from || to - from > LONGEST_LABEL || host.charAt(from) == '-' || host.charAt(to - 1) == '-') {
            return false;
        }
        for (int i = from; i < to; i++) {
            char c = host.charAt(i);
            if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') {
                return false;
            }
        }
        return true;
    }

    /** As the URL standard sees it: all digits, or hexadecimal with its prefix. */
    private static boolean isNumber(String host, int from) {
        boolean hex = host.startsWith("0x", from);
        for (int i = hex ? from + 2 : from; i < host.length(); i++) {
            char c = host.charAt(i);
            if (!(c >= '0' && c <= '9') && !(hex && c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    /** The four bytes if the text is four decimal numbers without leading zeros, else null. */
    static byte @Nullable [] ipv4(String text) {
        byte[] bytes = new byte[4];
        int at = 0;
        for (int i = 0; i < 4; i++) {
            int from = at;
            int value = 0;
            while (at < text.length() && at - from < 3 && isDigit(text.charAt(at))) {
                value = value * 10 + text.charAt(at++) - '0';
            }
            boolean zeros = at - from > 1 && text.charAt(from) == '0';
            if (at == from || zeros || value > 255) {
                return null;
            }
            bytes[i] = (byte) value;
            if (i < 3) {
                if (at == text.length() || text.charAt(at) != '.') {
                    return null;
                }
                at++;
            }
        }
        return at == text.length() ? bytes : null;
    }

    /** The sixteen bytes if the text is an IPv6 address (RFC 4291, section 2.2) without brackets and zone, else null. */
    static byte @Nullable [] ipv6(String text) {
        byte[] bytes = new byte[16];
        int filled = 0;
        int gap = -1;
        int at = 0;
        if (text.startsWith("::")) {
            gap = 0;
            at = 2;
        }
        while (at < text.length()) {
            if (filled == 16) {
                return null;
            }
            int from = at;
            int value = 0;
            while (at < text.length()
                    && at - from < 4
                    && Character.digit(text.charAt(at), 16) >= 0
                    && text.charAt(at) < 128) {
                value = (value << 4) | Character.digit(text.charAt(at++), 16);
            }
            if (at == from) {
                return null;
            }
            if (at < text.length() && text.charAt(at) == '.') {
                byte[] last = filled <= 12 ? ipv4(text.substring(from)) : null;
                if (last == null) {
                    return null;
                }
                System.arraycopy(last, 0, bytes, filled, 4);
                filled += 4;
                break;
            }
            bytes[filled++] = (byte) (value >> 8);
            bytes[filled++] = (byte) value;
            if (at == text.length()) {
                break;
            }
            if (text.charAt(at) != ':' || at + 1 == text.length()) {
                return null;
            }
            at++;
            if (text.charAt(at) == ':') {
                if (gap >= 0) {
                    return null;
                }
                gap = filled;
                at++;
            }
        }
        if (gap < 0) {
            return filled == 16 ? bytes : null;
        }
        if (filled > 14) {
            return null;
        }
        byte[] all = new byte[16];
        System.arraycopy(bytes, 0, all, 0, gap);
        System.arraycopy(bytes, gap, all, 16 - (filled - gap), filled - gap);
        return all;
    }

    /** The one text of an address of four or sixteen bytes: decimal, or as RFC 5952 writes it, in hexadecimal throughout. */
    static String text(byte[] address) {
        StringBuilder text = new StringBuilder(39);
        if (address.length == 4) {
            for (int i = 0; i < 4; i++) {
                text.append(i == 0 ? "" : ".").append(address[i] & 0xff);
            }
            return text.toString();
        }
        int longest = 1; // one group of zeros alone is written out
        int start = -1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && group(address, i + run) == 0) {
                run++;
            }
            if (run > longest) {
                longest = run;
                start = i;
            }
        }
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (i > 0 && i != start + longest) {
                text.append(':');
            }
            text.append(Integer.toHexString(group(address, i)).toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }

    private static int group(byte[] address, int i) {
        return ((address[2 * i] & 0xff) << 8) | (address[2 * i + 1] & 0xff);
    }

    /** The four bytes of an IPv4 address that is written as one of IPv6 ({@code ::ffff:a.b.c.d}); others as they are. */
    static byte[] unmapped(byte[] address) {
        if (address.length == 16 && address[10] == -1 && address[11] == -1) {
            for (int i = 0; i < 10; i++) {
                if (address[i] != 0) {
                    return address;
                }
            }
            return Arrays.copyOfRange(address, 12, 16);
        }
        return address;
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
