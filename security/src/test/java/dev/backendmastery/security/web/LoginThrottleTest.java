package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.security.web.LoginThrottle.Decision;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class LoginThrottleTest extends LoginThrottleContract {

    static LoginThrottle.Builder builder(MacKeys keys, Ticker ticker, InstantSource clock) {
        return LoginThrottle.of(keys)
                .perAccountAndAddress(Rate.perMinute(1), PAIR)
                .perAddress(Rate.perMinute(6), ADDRESS)
                .perAccount(Rate.perSecond(1), ACCOUNT, LONGEST_DELAY)
                .perDevice(Rate.perMinute(1), DEVICE, DEVICE_LIFE)
                .overall(Rate.perSecond(10), OVERALL)
                .ticker(ticker)
                .clock(clock);
    }

    static Throttle ours(LoginThrottle throttle) {
        return new Throttle() {
            @Override
            public Decision attempt(String account, InetAddress address, @Nullable String deviceCookie) {
                return throttle.attempt(account, address, deviceCookie);
            }

            @Override
            public String trust(String account) {
                return throttle.trust(account);
            }

            @Override
            public int size() {
                return throttle.size();
            }
        };
    }

    @Override
    protected Throttle create(MacKeys keys, Ticker ticker, InstantSource clock) {
        return ours(builder(keys, ticker, clock).build());
    }

    @Test
    @DisplayName("Settings out of range are refused by name, and limits that would need too much memory")
    void settings() {
        LoginThrottle.Builder builder = LoginThrottle.of(MacKeys.random());
        builder.build();
        Rate rate = Rate.perMinute(1);
        assertThrows(IllegalArgumentException.class, () -> builder.perAccount(rate, 1, Duration.ofSeconds(61)));
        assertThrows(IllegalArgumentException.class, () -> builder.perAccount(rate, 1, Duration.ofSeconds(-1)));
        assertThrows(IllegalArgumentException.class, () -> builder.perDevice(rate, 1, Duration.ofSeconds(59)));
        assertThrows(IllegalArgumentException.class, () -> builder.perDevice(rate, 1, Duration.ofDays(401)));
        assertThrows(IllegalArgumentException.class, () -> LoginThrottle.of(MacKeys.random())
                .overall(Rate.perSecond(1_000_000), 100)
                .build());
        assertThrows(
                IllegalArgumentException.class,
                () -> LoginThrottle.of(MacKeys.random()).perAddress(rate, 0).build());
    }
}
