package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class RedirectGuardTest extends RedirectContract {

    static Guard ours(List<String> addresses, List<String> natives) {
        RedirectGuard guard = RedirectGuard.paths();
        for (String address : addresses) {
            guard = guard.and(address);
        }
        for (String address : natives) {
            guard = guard.andNative(address);
        }
        RedirectGuard made = guard;
        return new Guard() {
            @Override
            public String path(@Nullable String next) {
                return made.path(next);
            }

            @Override
            public String registered(@Nullable String address) {
                return made.registered(address);
            }
        };
    }

    @Override
    protected Guard create(List<String> addresses, List<String> natives) {
        return ours(addresses, natives);
    }

    @Test
    @DisplayName("Where a path is refused the user is sent somewhere else")
    void otherwise() {
        assertEquals("/home", RedirectGuard.paths().pathOr("//evil.test", "/home"));
        assertEquals("/home", RedirectGuard.paths().pathOr(null, "/home"));
        assertEquals("/a", RedirectGuard.paths().pathOr("/a", "/home"));
    }
}
