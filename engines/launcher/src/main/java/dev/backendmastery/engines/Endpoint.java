package dev.backendmastery.engines;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;

/** Where an external server listens, read from its environment variable. */
record Endpoint(String host, int port) {

    /**
     * Of a URI.
     *
     * @throws IllegalArgumentException if it has another scheme or no host
     */
    static Endpoint ofUri(Engine engine, String text, Set<String> schemes, int defaultPort) {
        try {
            URI uri = new URI(text);
            if (uri.getHost() != null && schemes.contains(String.valueOf(uri.getScheme()))) {
                return new Endpoint(uri.getHost(), uri.getPort() < 0 ? defaultPort : uri.getPort());
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(message(engine, text, schemes), e);
        }
        throw new IllegalArgumentException(message(engine, text, schemes));
    }

    /**
     * The first of a list {@code HOST:PORT,HOST:PORT}.
     *
     * @throws IllegalArgumentException if an entry is no {@code HOST:PORT}
     */
    static Endpoint firstOf(Engine engine, String list) {
        for (String entry : list.split(",", -1)) {
            if (!entry.trim().matches(".+:\\d{1,5}")) {
                throw new IllegalArgumentException(
                        engine.variable() + " must be HOST:PORT, or several separated by commas, was " + list);
            }
        }
        String first = list.split(",", -1)[0].trim();
        int colon = first.lastIndexOf(':');
        return new Endpoint(first.substring(0, colon), Integer.parseInt(first.substring(colon + 1)));
    }

    private static String message(Engine engine, String text, Set<String> schemes) {
        return engine.variable() + " must be "
                + String.join(
                        " or ",
                        schemes.stream()
                                .sorted()
                                .map(scheme -> scheme + "://HOST:PORT")
                                .toList()) + ", was "
                + text;
    }
}
