package dev.backendmastery.patterns.outbox;

import dev.backendmastery.core.resilience.Backoff;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * What a relay is to be like. Bad values are refused with {@link IllegalArgumentException}.
 *
 * @param name who it is, for people to read: 1 to 100 characters
 * @param pageRows the most messages under way, 1 to 100,000
 * @param pageBytes the most bytes of messages under way, but for one message: 1 KiB to 1 GiB
 * @param poll how long it waits when there is nothing to do, 1 ms to 1 hour
 * @param pace how long from the begin of a page to that of the next, unless that one is full: 0 to {@code poll}. Under load
 *     pages grow, instead of the number of transactions
 * @param leaseTtl after what time another relay takes over from one that has vanished, 50 ms to 1 day
 * @param attempts after how many a key is parked, 1 to 1,000,000
 * @param backoff how long to wait after a failure
 * @param publishTimeout how long to wait for the acks of a page, 1 ms to 1 hour
 * @param random for {@code backoff}, from 0 to 1
 */
public record RelaySettings(
        String name,
        int pageRows,
        int pageBytes,
        Duration poll,
        Duration pace,
        Duration leaseTtl,
        int attempts,
        Backoff backoff,
        Duration publishTimeout,
        DoubleSupplier random) {

    private static final Duration HOUR = Duration.ofHours(1);

    /** Checks. */
    public RelaySettings {
        if (name.isEmpty() || name.length() > 100) {
            throw new IllegalArgumentException("name must have from 1 to 100 characters, had " + name.length());
        }
        if (pageRows < 1 || pageRows > 100_000) {
            throw new IllegalArgumentException("pageRows must be from 1 to 100000, was " + pageRows);
        }
        if (pageBytes < 1024 || pageBytes > 1 << 30) {
            throw new IllegalArgumentException("pageBytes must be from 1 KiB to 1 GiB, was " + pageBytes);
        }
        check("poll", poll, Duration.ofMillis(1), HOUR);
        check("pace", pace, Duration.ZERO, poll);
        check("leaseTtl", leaseTtl, Duration.ofMillis(50), Duration.ofDays(1));
        if (attempts < 1 || attempts > 1_000_000) {
            throw new IllegalArgumentException("attempts must be from 1 to 1000000, was " + attempts);
        }
        Objects.requireNonNull(backoff, "backoff");
        check("publishTimeout", publishTimeout, Duration.ofMillis(1), HOUR);
        Objects.requireNonNull(random, "random");
    }

    /**
     * 2,000 messages or 8 MiB under way, a poll each 100 ms, a page each 10 ms, leases of 10 s, 10 attempts with full
     * jitter from 100 ms to 1 minute, 1 minute for the acks.
     */
    public static RelaySettings of(String name) {
        return new RelaySettings(
                name,
                2_000,
                8 << 20,
                Duration.ofMillis(100),
                Duration.ofMillis(10),
                Duration.ofSeconds(10),
                10,
                Backoff.fullJitter(Duration.ofMillis(100), Duration.ofMinutes(1)),
                Duration.ofMinutes(1),
                () -> ThreadLocalRandom.current().nextDouble());
    }

    /** The same, with pages of at most so many messages and bytes. */
    public RelaySettings page(int rows, int bytes) {
        return new RelaySettings(name, rows, bytes, poll, pace, leaseTtl, attempts, backoff, publishTimeout, random);
    }

    /** The same, with these waits. */
    public RelaySettings poll(Duration poll, Duration pace) {
        return new RelaySettings(
                name, pageRows, pageBytes, poll, pace, leaseTtl, attempts, backoff, publishTimeout, random);
    }

    /** The same, with leases of this time to live. */
    public RelaySettings leaseTtl(Duration leaseTtl) {
        return new RelaySettings(
                name, pageRows, pageBytes, poll, pace, leaseTtl, attempts, backoff, publishTimeout, random);
    }

    /** The same, with so many attempts and these waits between them. */
    public RelaySettings attempts(int attempts, Backoff backoff) {
        return new RelaySettings(
                name, pageRows, pageBytes, poll, pace, leaseTtl, attempts, backoff, publishTimeout, random);
    }

    /** The same, waiting so long for the acks of a page. */
    public RelaySettings publishTimeout(Duration publishTimeout) {
        return new RelaySettings(
                name, pageRows, pageBytes, poll, pace, leaseTtl, attempts, backoff, publishTimeout, random);
    }

    private static void check(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " must be from " + least + " to " + most + ", was " + value);
        }
    }
}
