package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.security.web.LoginThrottle.Decision;
import dev.backendmastery.security.web.LoginThrottle.Decision.Admitted;
import dev.backendmastery.security.web.LoginThrottle.Decision.Refused;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What whoever slows guesses at passwords must hold. Extend it and say how to create yours. */
@DisplayName("LoginThrottle")
public abstract class LoginThrottleContract {

    static final int PAIR = 3;
    static final int ADDRESS = 10;
    static final int ACCOUNT = 6;
    static final int DEVICE = 4;
    static final int OVERALL = 60;
    static final Duration LONGEST_DELAY = Duration.ofSeconds(5);
    static final Duration DEVICE_LIFE = Duration.ofDays(30);
    private static final InetAddress HOME = ipv4(1);

    /** What is under test. */
    protected interface Throttle {
        Decision attempt(String account, InetAddress address, @Nullable String deviceCookie);

        String trust(String account);

        /** How many keys it holds. */
        int size();
    }

    /**
     * One with these limits: {@link #PAIR} of an address at an account, and one a minute; {@link #ADDRESS} of an address, and one in ten seconds; {@link #ACCOUNT} at an
     * account, and one a second, delayed by {@link #LONGEST_DELAY} at most; {@link #DEVICE} of a device, and one a minute, known for {@link #DEVICE_LIFE}; {@link #OVERALL} altogether, and
     * one in 100 ms.
     */
    protected abstract Throttle create(MacKeys keys, Ticker ticker, InstantSource clock);

    private final ManualTicker ticker = new ManualTicker();
    private Instant now = Instant.parse("2026-03-14T12:00:00Z");
    private final MacKeys keys = MacKeys.of("a", CsrfContract.SECRET);
    private final Throttle throttle = create(keys, ticker, () -> now);

    private static InetAddress inet(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static InetAddress ipv4(int number) {
        return inet(new byte[] {93, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    private void advance(Duration by) {
        ticker.advance(by);
        now = now.plus(by);
    }

    private Duration admitted(String account, InetAddress address, @Nullable String device) {
        Decision decision = throttle.attempt(account, address, device);
        return assertInstanceOf(Admitted.class, decision).delay();
    }

    private Duration refused(String account, InetAddress address, @Nullable String device) {
        Decision decision = throttle.attempt(account, address, device);
        Duration wait = assertInstanceOf(Refused.class, decision).retryAfter();
        assertTrue(wait.toNanos() > 0, "a wait");
        return wait;
    }

    /** Guesses at an account from so many addresses, as fast as is possible for an hour or until enough were made. */
    private void hammer(String account, int guesses) {
        for (int i = 0; i < guesses; i++) {
            throttle.attempt(account, ipv4(1_000 + i), null);
            advance(Duration.ofMillis(100));
        }
    }

    @Test
    @DisplayName("LT-1 an address has few guesses at an account, and then one a minute")
    void pairs() {
        for (int i = 0; i < PAIR; i++) {
            admitted("alice", HOME, null);
        }
        Duration wait = refused("alice", HOME, null);
        advance(wait.minusNanos(1));
        refused("alice", HOME, null);
        advance(Duration.ofNanos(1));
        admitted("alice", HOME, null);
        refused("alice", HOME, null);
        admitted("bob", HOME, null);
    }

    @Test
    @DisplayName("LT-2 who hammers an account from elsewhere never keeps its owner out")
    void owners() {
        hammer("alice", 2_000);
        for (int i = 0; i < PAIR; i++) {
            assertTrue(admitted("alice", HOME, null).compareTo(LONGEST_DELAY) <= 0, "a delay that can be borne");
        }
    }

    @Test
    @DisplayName("LT-3 a device from which the owner has signed in before is not even slowed")
    void devices() {
        String device = throttle.trust("alice");
        hammer("alice", 500);
        for (int i = 0; i < DEVICE; i++) {
            assertEquals(Duration.ZERO, admitted("alice", ipv4(2), device));
        }
        String another = throttle.trust("alice");
        assertNotEquals(device, another);
        assertEquals(Duration.ZERO, admitted("alice", ipv4(2), another), "each device has its own limit");
        for (int i = 0; i < PAIR; i++) {
            admitted("alice", ipv4(2), device);
        }
        refused("alice", ipv4(2), device);
    }

    @Test
    @DisplayName("LT-4 guesses from everywhere at one account are slowed, up to the longest delay")
    void accounts() {
        for (int i = 0; i < ACCOUNT; i++) {
            assertEquals(Duration.ZERO, admitted("alice", ipv4(10 + i), null));
        }
        assertTrue(admitted("alice", ipv4(30), null).toNanos() > 0, "slowed");
        for (int i = 0; i < 20; i++) {
            admitted("alice", ipv4(40 + i), null);
        }
        assertEquals(LONGEST_DELAY, admitted("alice", ipv4(70), null));
        assertEquals(Duration.ZERO, admitted("bob", ipv4(70), null));
    }

    @Test
    @DisplayName("LT-5 an address has not many guesses at all accounts")
    void addresses() {
        for (int i = 0; i < ADDRESS; i++) {
            admitted("user" + i, HOME, null);
        }
        refused("another", HOME, null);
        admitted("another", ipv4(2), null);
    }

    @Test
    @DisplayName("LT-6 all attempts of unknown devices are bounded together, and known ones apart from them")
    void overall() {
        String device = throttle.trust("alice");
        for (int i = 0; i < OVERALL; i++) {
            admitted("user" + i, ipv4(100 + i), null);
        }
        refused("another", ipv4(300), null);
        assertEquals(Duration.ZERO, admitted("alice", HOME, device));
        advance(Duration.ofMillis(100));
        admitted("another", ipv4(300), null);
        for (int i = 0; i < OVERALL; i++) {
            admitted("user" + i, HOME, throttle.trust("user" + i));
        }
        refused("another", ipv4(301), throttle.trust("another"));
    }

    @Test
    @DisplayName("LT-7 a device cookie is signed, for one account, for a time")
    void cookies() {
        String device = throttle.trust("alice");
        String other =
                create(MacKeys.of("a", CsrfContract.OLD), ticker, () -> now).trust("alice");
        String bob = throttle.trust("bob");
        for (int i = 0; i < ACCOUNT + 30; i++) {
            throttle.attempt("alice", ipv4(1_000 + i), null);
        }
        for (String cookie : List.of(
                other,
                bob,
                "",
                ".",
                "a.",
                device.substring(1),
                device + "A",
                device + "=",
                device.substring(0, device.length() - 4),
                "a." + "A".repeat(76),
                "a." + "\u00e9".repeat(76),
                "b" + device.substring(1))) {
            assertNotEquals(Duration.ZERO, admitted("alice", ipv4(5_000 + cookie.hashCode() % 100), cookie), cookie);
        }
        for (int i = 2; i < device.length(); i += 5) {
            String changed = device.substring(0, i) + (device.charAt(i) == 'A' ? 'B' : 'A') + device.substring(i + 1);
            advance(Duration.ofMillis(200));
            throttle.attempt("alice", ipv4(7_000 + i), null);
            assertNotEquals(Duration.ZERO, admitted("alice", ipv4(6_000 + i), changed), changed);
        }
        assertEquals(Duration.ZERO, admitted("alice", HOME, device));
        now = now.plus(DEVICE_LIFE).minusSeconds(60);
        assertEquals(Duration.ZERO, admitted("alice", HOME, device));
        now = now.plusSeconds(61);
        assertNotEquals(Duration.ZERO, admitted("alice", HOME, device));
    }

    @Test
    @DisplayName("LT-8 names that are the same to a reader are one account, and none is too long to be answered")
    void names() {
        for (String name : List.of("Alice", " alice", "\uff41lice")) {
            admitted(name, HOME, null);
        }
        refused("ALICE ", HOME, null);
        assertThrows(WebRefusedException.class, () -> throttle.attempt("a".repeat(513), HOME, null));
        Texts.each(2_000, List.of("alice", "b\u0130b", "\ud83d\ude00", "\u1e9e", throttle.trust("bob")), text -> {
            advance(Duration.ofMillis(100));
            throttle.attempt(text, ipv4(text.hashCode() & 0xffff), text);
        });
    }

    @Test
    @DisplayName("LT-9 whatever is sent, memory is bounded by the overall rate, and nobody has more than the limits")
    void memory() {
        for (int i = 0; i < 30_000; i++) {
            throttle.attempt("user" + i, ipv4(i), null);
            if (i % 10 == 0) {
                advance(Duration.ofMillis(1));
            }
        }
        assertTrue(throttle.size() < 20_000, () -> throttle.size() + " keys");
        advance(Duration.ofMinutes(10));
        for (int i = 0; i < PAIR; i++) {
            admitted("alice", HOME, null);
        }
        refused("alice", HOME, null);
    }

    @Test
    @DisplayName("LT-10 the addresses of one network of IPv6 are one")
    void networks() {
        byte[] address = SsrfContract.bytes("2001:db8:1:2::1");
        for (int i = 0; i < PAIR; i++) {
            address[15]++;
            admitted("alice", inet(address), null);
        }
        address[8]++;
        refused("alice", inet(address), null);
        address[7]++;
        admitted("alice", inet(address), null);
    }

    @Test
    @DisplayName("LT-11 what is refused uses up nothing elsewhere")
    void refusals() {
        for (int i = 0; i < 1_000; i++) {
            throttle.attempt("alice", HOME, null);
        }
        assertEquals(Duration.ZERO, admitted("alice", ipv4(2), null));
        for (int i = 0; i < ADDRESS - PAIR; i++) {
            admitted("user" + i, HOME, null);
        }
        for (int i = 0; i < OVERALL - ADDRESS - 1; i++) {
            admitted("user" + i, ipv4(100 + i), null);
        }
        assertFalse(throttle.attempt("alice", ipv4(3), null) instanceof Admitted, "the overall limit");
    }
}
