package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class CookieTest extends CookieContract {

    /** What users of the two classes write. */
    static final class Ours implements Jar {
        @Override
        public String write(Wish wish) {
            SetCookie cookie = SetCookie.of(wish.name(), wish.value());
            cookie = wish.secure() ? cookie : cookie.insecure();
            cookie = wish.httpOnly() ? cookie : cookie.forScripts();
            cookie = wish.sameSite() == null ? cookie : cookie.sameSite(wish.sameSite());
            cookie = wish.path() == null ? cookie : cookie.path(wish.path());
            cookie = wish.domain() == null ? cookie : cookie.domain(wish.domain());
            cookie = wish.maxAge() == null ? cookie : cookie.maxAge(wish.maxAge());
            return cookie.header().value();
        }

        @Override
        public Optional<String> read(List<String> headers, Set<String> guarded, String name) {
            return Cookies.parse(headers, guarded).find(name);
        }
    }

    @Override
    protected Jar create() {
        return new Ours();
    }

    @Test
    @DisplayName("To forget one is to set it to nothing, for no time")
    void forget() {
        assertEquals(
                "__Host-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax",
                SetCookie.forget("__Host-session").header().value());
    }

    @Test
    @DisplayName("No text of them shows a value")
    void secrets() {
        assertFalse(SetCookie.of("a", "hidden").toString().contains("hidden"));
        assertFalse(Cookies.parse(List.of("a=hidden"), Set.of()).toString().contains("hidden"));
    }
}
