package dev.backendmastery.security.web;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An absolute address of http or https, read by RFC 3986 to the letter: ASCII alone, no user, no backslash, a host in its one spelling. What two parsers could read in two
 * ways is no address here.
 *
 * @param scheme in lower case
 * @param host in lower case, IPv6 in brackets
 * @param port the scheme's own if the text has none
 * @param path as written; empty if there is none
 * @param query without its mark, or null
 * @param fragment without its mark, or null
 */
record HttpUri(
        String scheme,
        String host,
        int port,
        String path,
        @Nullable String query,
        @Nullable String fragment) {

    static final int LONGEST = 2_048;

    private static final String PUNCTUATION = "-._~!$&'()*+,;=:@/";

    /** The address, or null if the text is none. */
    static @Nullable HttpUri parse(String text) {
        if (text.length() > LONGEST || !isUriText(text, 0, "?#[]")) {
            return null;
        }
        int colon = text.indexOf(':');
        if (colon < 0 || !text.startsWith("://", colon)) {
            return null;
        }
        String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            return null;
        }
        int hash = text.indexOf('#');
        String fragment = hash < 0 ? null : text.substring(hash + 1);
        String rest = hash < 0 ? text.substring(colon + 3) : text.substring(colon + 3, hash);
        int mark = rest.indexOf('?');
        String query = mark < 0 ? null : rest.substring(mark + 1);
        String before = mark < 0 ? rest : rest.substring(0, mark);
        int slash = before.indexOf('/');
        String authority = slash < 0 ? before : before.substring(0, slash);
        String path = slash < 0 ? "" : before.substring(slash);
        if (hasBrackets(path)
                || (query != null && hasBrackets(query))
                || (fragment != null && isNoFragment(fragment))) {
            return null;
        }
        return withAuthority(scheme, authority, path, query, fragment);
    }

    private static @Nullable HttpUri withAuthority(
            String scheme, String authority, String path, @Nullable String query, @Nullable String fragment) {
        int close = authority.lastIndexOf(']');
        int colon = authority.indexOf(':', close + 1);
        String host = (colon < 0 ? authority : authority.substring(0, colon)).toLowerCase(Locale.ROOT);
        int port = scheme.equals("https") ? 443 : 80;
        if (colon >= 0) {
            port = port(authority.substring(colon + 1));
            if (port < 0) {
                return null;
            }
        }
        return Hosts.isCanonical(host) ? new HttpUri(scheme, host, port, path, query, fragment) : null;
    }

    private static boolean hasBrackets(String text) {
        return text.indexOf('[') >= 0 || text.indexOf(']') >= 0;
    }

    private static boolean isNoFragment(String text) {
        return hasBrackets(text) || text.indexOf('#') >= 0;
    }

    /** From 1 to 65535 without leading zeros, else -1. */
    static int port(String text) {
        if (text.isEmpty() || text.length() > 5 || text.charAt(0) == '0') {
            return -1;
        }
        int port = 0;
        for (int i = 0; i < text.length(); i++) {
            if (!Hosts.isDigit(text.charAt(i))) {
                return -1;
            }
            port = port * 10 + text.charAt(i) - '0';
        }
        return port <= 65_535 ? port : -1;
    }

    /** Whether from there on are the characters that RFC 3986 knows, percent signs with two digits, and {@code more}. */
    static boolean isUriText(String text, int from, String more) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                if (i + 2 >= text.length() || !isHex(text.charAt(i + 1)) || !isHex(text.charAt(i + 2))) {
                    return false;
                }
                i += 2;
            } else if (!isAlphanumeric(c) && PUNCTUATION.indexOf(c) < 0 && more.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || Hosts.isDigit(c);
    }

    private static boolean isHex(char c) {
        return Hosts.isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    /** Whether the path has a segment that names another place: dots, plain or encoded, with or without parameters; an empty one; hidden slashes and controls. */
    static boolean wanders(String path) {
        int from = 1;
        while (from <= path.length()) {
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            int semicolon = path.indexOf(';', from);
            int end = semicolon < 0 || semicolon > to ? to : semicolon;
            if (isDots(path, from, end) || (end == from && (slash >= 0 || end < to))) {
                return true;
            }
            from = to + 1;
        }
        for (int at = path.indexOf('%'); at >= 0; at = path.indexOf('%', at + 1)) {
            int value = Integer.parseInt(path, at + 1, at + 3, 16);
            // dot, slash, percent, semicolon, backslash: whoever decodes once more sees another path
            boolean neverUtf8 = value == 0xc0 || value == 0xc1 || value >= 0xf5; // long spellings of short characters
            if (value < 0x20 || value == 0x7f || neverUtf8 || "./%;\\".indexOf(value) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean isDots(String path, int from, int to) {
        int length = to - from;
        return (length == 1 && path.charAt(from) == '.')
                || (length == 2 && path.charAt(from) == '.' && path.charAt(from + 1) == '.');
    }

    Origin origin() {
        return new Origin(scheme, host, port);
    }
}
