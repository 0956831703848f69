package dev.backendmastery.security.web;

import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The cookies of a request.
 *
 * <p><b>Guarantee.</b> What was set is found (CK-8). A guarded name that comes twice, or with a value of no cookie, refuses the request, for a neighbour may have set one
 * of them (CK-9). What is wrong with others is left out and keeps nobody out, as a neighbour may set those too (CK-10). Any text is answered (CK-11).
 *
 * <p><b>Threads.</b> Immutable. <b>Cost.</b> One pass. <b>Source.</b> RFC 6265bis, sections 4.2 and 5.8.3; ASVS 5.0, 3.3.3.
 */
public final class Cookies {

    private static final int LARGEST = 32_768;

    private final Map<String, String> values;

    private Cookies(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads them.
     *
     * @param headers the values of all headers {@code Cookie}: HTTP/2 may send several
     * @param guarded the names on which something depends
     * @throws WebRefusedException if it is too large, or a guarded name is not there just once and well-formed
     */
    public static Cookies parse(List<String> headers, Set<String> guarded) {
        long size = 0;
        for (String header : headers) {
            size += header.length();
        }
        if (size > LARGEST) {
            throw new WebRefusedException(Reason.TOO_LARGE, "cookies of more than " + LARGEST);
        }
        Map<String, String> values = new HashMap<>();
        for (String header : headers) {
            for (String pair : header.split(";", -1)) {
                int equals = pair.indexOf('=');
                String name = strip(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : strip(pair.substring(equals + 1));
                boolean valid = equals >= 0 && HttpHeader.isToken(name) && isValue(value);
                if (guarded.contains(name) && (!valid || values.containsKey(name))) {
                    throw new WebRefusedException(
                            Reason.COOKIE, "a guarded name twice, or without a value of its form");
                }
                if (valid) {
                    values.putIfAbsent(name, value);
                }
            }
        }
        return new Cookies(Map.copyOf(values));
    }

    private static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (!SetCookie.isOctet(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Without spaces and tabs around, and nothing else: what is stripped could make two names one. */
    private static String strip(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && (text.charAt(from) == ' ' || text.charAt(from) == '\t')) {
            from++;
        }
        while (to > from && (text.charAt(to - 1) == ' ' || text.charAt(to - 1) == '\t')) {
            to--;
        }
        return text.substring(from, to);
    }

    /** The value of that name, with its case. */
    public Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** The names alone: values are often secrets. */
    @Override
    public String toString() {
        return "Cookies" + values.keySet();
    }
}
