package dev.backendmastery.security.token;

import dev.backendmastery.core.concurrent.SingleFlight;
import dev.backendmastery.core.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that an issuer publishes at an address of the verifier's choice.
 *
 * <p><b>Guarantee.</b> Keys that are known are answered from memory, and fetched anew ahead of time (JS-1, JS-2). A name that is not known is looked for
 * once for all who ask at the same time (JS-3), and not again before the cool-down, however many names are made up (JS-4), of which those who
 * ask for known ones notice nothing (JS-5). While the issuer is out the last good set serves, for a bounded time (JS-6); a set with
 * a name twice, a weak key, or no key is not a good one (JS-7). What the issuer has removed is gone with the next fetch (JS-8). Every wait is bounded (JS-9).
 *
 * <p><b>Threads.</b> Safe for any number; fetches ahead of time run on the executor, those that somebody waits for in his thread. <b>Cost.</b> A look into
 * a map. <b>Not for</b> addresses that a token names. <b>Source.</b> RFC 7517; what went wrong elsewhere: unknown names that fetched once each, or
 * that used up the limit of everybody.
 */
public final class JwksSource implements KeySource {

    private static final Logger LOG = LoggerFactory.getLogger(JwksSource.class);
    private static final int MAX_BYTES = 256 << 10;

    /** Gets the set's text. */
    @FunctionalInterface
    public interface Fetcher {
        /**
         * The set as it is now.
         *
         * @throws IOException if it cannot be had; within a time of its own
         */
        String fetch() throws IOException, InterruptedException;
    }

    private record Known(TokenKeys keys, long at) {}

    private final Fetcher fetcher;
    private final Ticker ticker;
    private final Executor executor;
    private final long refreshAfter;
    private final long keepFor;
    private final long coolDown;
    private final Duration timeout;
    private final SingleFlight<String, TokenKeys> flight = new SingleFlight<>();
    private final AtomicBoolean ahead = new AtomicBoolean();
    private volatile @Nullable Known known;
    private volatile @Nullable Long tried;
    private volatile boolean failed;

    private JwksSource(Builder builder) {
        fetcher = builder.fetcher;
        ticker = builder.ticker;
        executor = builder.executor;
        refreshAfter = builder.refreshAfter.toNanos();
        keepFor = builder.keepFor.toNanos();
        coolDown = builder.coolDown.toNanos();
        timeout = builder.timeout;
    }

    /**
     * Keys at an address.
     *
     * @param address https, or http on this machine; redirects are not followed
     */
    public static Builder at(URI address) {
        return new Builder(https(address));
    }

    /** Keys that {@code fetcher} gets. */
    public static Builder from(Fetcher fetcher) {
        return new Builder(fetcher);
    }

    private static Fetcher https(URI address) {
        String host = address.getHost();
        boolean local = "127.0.0.1".equals(host) || "[::1]".equals(host) || "localhost".equals(host);
        if (host == null || !("https".equals(address.getScheme()) || (local && "http".equals(address.getScheme())))) {
            throw new IllegalArgumentException("address must be https, was " + address);
        }
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(Duration.ofSeconds(3))
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(Duration.ofSeconds(5))
                .header("Accept", "application/jwk-set+json, application/json")
                .build();
        return () -> {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw new IOException(address + " answered " + response.statusCode());
                }
                byte[] bytes = body.readNBytes(MAX_BYTES + 1);
                if (bytes.length > MAX_BYTES) {
                    throw new IOException(address + " answered more than " + MAX_BYTES + " bytes");
                }
                return new String(bytes, StandardCharsets.UTF_8);
            }
        };
    }

    @Override
    public Optional<TokenKey> find(@Nullable String id) {
        long now = ticker.nanos();
        Known current = known;
        if (current != null && now - current.at < keepFor) {
            Optional<TokenKey> key = current.keys.find(id);
            if (key.isPresent()) {
                if (now - current.at >= refreshAfter && isCool(now)) {
                    fetchAhead();
                }
                return key;
            }
        }
        if (!isCool(now)) {
            if (current == null || failed) {
                throw new KeysUnavailableException(
                        "the issuer's keys could not be had, and are tried again soon", null);
            }
            return Optional.empty();
        }
        return fetch().find(id);
    }

    /** Whether it may be fetched again. */
    private boolean isCool(long now) {
        Long last = tried;
        return last == null || now - last >= coolDown;
    }

    private void fetchAhead() {
        if (!ahead.compareAndSet(false, true)) {
            return;
        }
        executor.execute(() -> {
            try {
                fetch();
            } catch (KeysUnavailableException e) {
                LOG.warn("the keys are not refreshed, the last good ones serve", e);
            } finally {
                ahead.set(false);
            }
        });
    }

    private TokenKeys fetch() {
        try {
            return flight.run("keys", timeout, this::load);
        } catch (ExecutionException e) {
            throw new KeysUnavailableException("the issuer's keys could not be had", e.getCause());
        } catch (TimeoutException e) {
            throw new KeysUnavailableException("the issuer's keys did not come within " + timeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeysUnavailableException("interrupted while waiting for the issuer's keys", e);
        }
    }

    private TokenKeys load() throws IOException, InterruptedException {
        // Who came to the flight just after another one landed takes what that one brought.
        if (!isCool(ticker.nanos())) {
            Known current = known;
            if (failed || current == null) {
                throw new IOException("they could not be had a moment ago");
            }
            return current.keys;
        }
        boolean good = false;
        try {
            List<TokenKey> keys = TokenKeys.parse(fetcher.fetch(), false);
            if (keys.stream().anyMatch(key -> key.algorithm().isSymmetric() || key.canSign())) {
                throw new WeakKeyException("a published set must hold no secrets");
            }
            TokenKeys set = TokenKeys.of(keys);
            known = new Known(set, ticker.nanos());
            good = true;
            return set;
        } finally {
            failed = !good;
            tried = ticker.nanos(); // at its end: until then who asks joins it
        }
    }

    /** Times and threads. Not safe for several threads. */
    public static final class Builder {

        private final Fetcher fetcher;
        private Ticker ticker = Ticker.system();
        private Duration refreshAfter = Duration.ofMinutes(5);
        private Duration keepFor = Duration.ofHours(12);
        private Duration coolDown = Duration.ofSeconds(10);
        private Duration timeout = Duration.ofSeconds(6);
        private Executor executor = task -> {
            Thread thread = new Thread(task, "jwks");
            thread.setDaemon(true);
            thread.start();
        };

        private Builder(Fetcher fetcher) {
            this.fetcher = Objects.requireNonNull(fetcher, "fetcher");
        }

        /** By which times elapse. */
        public Builder ticker(Ticker ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /** Where fetches ahead of time run; by default in a thread that lives as long as one. */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * When a set is fetched anew, and how long it serves if that fails.
         *
         * @param refreshAfter 5 minutes by default
         * @param keepFor 12 hours by default, not less than {@code refreshAfter}
         */
        public Builder lives(Duration refreshAfter, Duration keepFor) {
            if (refreshAfter.isNegative() || refreshAfter.isZero() || keepFor.compareTo(refreshAfter) < 0) {
                throw new IllegalArgumentException(
                        "refreshAfter must be positive and keepFor not less, were " + refreshAfter + " and " + keepFor);
            }
            this.refreshAfter = refreshAfter;
            this.keepFor = keepFor;
            return this;
        }

        /** How long after a fetch none is made for a name that is not known; 10 s by default, from 1 s to 1 hour. */
        public Builder coolDown(Duration coolDown) {
            if (coolDown.compareTo(Duration.ofSeconds(1)) < 0 || coolDown.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("coolDown must be from 1 s to 1 hour, was " + coolDown);
            }
            this.coolDown = coolDown;
            return this;
        }

        /** How long to wait for a fetch that another thread makes; 6 s by default. */
        public Builder timeout(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("timeout must be positive, was " + timeout);
            }
            this.timeout = timeout;
            return this;
        }

        /** The source; it fetches when it is first asked. */
        public JwksSource build() {
            return new JwksSource(this);
        }
    }
}
