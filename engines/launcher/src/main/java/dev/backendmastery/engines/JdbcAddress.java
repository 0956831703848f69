package dev.backendmastery.engines;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PostgreSQL JDBC URL taken apart, so that the database in it can be another one.
 *
 * @param hosts all hosts with their ports, as written
 * @param host the first host
 * @param port the first host's port
 * @param database the database
 * @param options what follows the question mark; empty if nothing does
 */
record JdbcAddress(String hosts, String host, int port, String database, String options) {

    private static final Pattern URL = Pattern.compile(
            "jdbc:postgresql://((\\[[0-9a-fA-F:]+]|[^/?,:]+)(?::(\\d{1,5}))?(?:,[^/?]+)?)/([^?/]+)(?:\\?(.*))?");

    /** @throws IllegalArgumentException if it is no such URL, naming {@code variable} */
    static JdbcAddress parse(String variable, String url) {
        Matcher matcher = URL.matcher(url);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    variable + " must be jdbc:postgresql://HOST:PORT/DATABASE?user=U&password=P, was " + url);
        }
        String port = matcher.group(3);
        String options = matcher.group(5);
        return new JdbcAddress(
                matcher.group(1),
                matcher.group(2),
                port == null ? 5432 : Integer.parseInt(port),
                matcher.group(4),
                options == null ? "" : options);
    }

    static JdbcAddress local(int port, String database, String user, String password) {
        return new JdbcAddress(
                "127.0.0.1:" + port,
                "127.0.0.1",
                port,
                database,
                "user=" + URLEncoder.encode(user, StandardCharsets.UTF_8) + "&password="
                        + URLEncoder.encode(password, StandardCharsets.UTF_8));
    }

    JdbcAddress withDatabase(String other) {
        return new JdbcAddress(hosts, host, port, other, options);
    }

    String url() {
        return "jdbc:postgresql://" + hosts + "/" + database + (options.isEmpty() ? "" : "?" + options);
    }

    /** The decoded value of an option, or empty. */
    String option(String name) {
        for (String option : options.split("&", -1)) {
            if (option.startsWith(name + "=")) {
                return URLDecoder.decode(option.substring(name.length() + 1), StandardCharsets.UTF_8);
            }
        }
        return "";
    }
}
