package dev.backendmastery.security.web;

import static dev.backendmastery.security.web.Texts.passes;
import static dev.backendmastery.security.web.Texts.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What whoever sends users elsewhere must hold. Extend it and say how to create yours. */
@DisplayName("RedirectGuard")
public abstract class RedirectContract {

    static final String CALLBACK = "https://app.example/callback";
    static final String WITH_QUERY = "https://app.example:8443/cb?tenant=7";
    static final String NATIVE = "http://127.0.0.1/callback";
    private static final URI HERE = URI.create("https://here.example/sign-in");

    /** What is under test: both return what was given or throw {@link WebRefusedException}. */
    protected interface Guard {
        String path(@Nullable String next);

        String registered(@Nullable String address);
    }

    /**
     * One that knows these.
     *
     * @throws IllegalArgumentException if one is not to be registered
     */
    protected abstract Guard create(List<String> addresses, List<String> natives);

    /** How many texts are tried. */
    protected int texts() {
        return 100_000;
    }

    private final Guard guard = create(List.of(CALLBACK, WITH_QUERY), List.of());

    private void assertNoPath(String... paths) {
        for (String path : paths) {
            refused(() -> guard.path(path), path);
        }
    }

    private void assertNotRegistered(String... addresses) {
        for (String address : addresses) {
            refused(() -> guard.registered(address), address);
        }
    }

    @Test
    @DisplayName("RD-1 a path of this service passes as it is")
    void paths() {
        for (String path : List.of(
                "/",
                "/a",
                "/a/",
                "/a/b?c=d&e=%2F%2Fevil.test",
                "/@user",
                "/a:b",
                "/a;v=1/b",
                "/%C3%A9",
                "/a?next=https://x.test//y",
                "/a?..//",
                "/a.b/...")) {
            assertEquals(path, guard.path(path));
        }
    }

    @Test
    @DisplayName("RD-2 what a browser takes for another host is no path")
    void hosts() {
        assertNoPath(
                "//evil.test",
                "///evil.test",
                "/\\evil.test",
                "\\\\evil.test",
                "\\/evil.test",
                "/a\\b",
                "//evil.test/..",
                "//[::1]/",
                "https://evil.test",
                "https:evil.test",
                "https:/evil.test",
                "evil.test",
                "@evil.test",
                ".evil.test",
                ":80",
                "?x",
                "#x",
                "");
        refused(() -> guard.path(null), "nothing");
    }

    @Test
    @DisplayName("RD-3 spaces, line ends and other controls, which browsers take out, are in no path")
    void controls() {
        assertNoPath(
                "/\t/evil.test",
                "/\n/evil.test",
                "/\r/evil.test",
                "\t//evil.test",
                " //evil.test",
                "/ /evil.test",
                " /a",
                "/a ",
                "/a\r\nSet-Cookie: x=y",
                "/\0/evil.test",
                "/\u00a0/evil.test",
                "/\u2028a",
                "/\uff0f/evil.test",
                "/\u3002",
                "/é",
                "/\ud800",
                "/%0d%0aSet-Cookie:x",
                "/%09/evil.test",
                "/%00");
    }

    @Test
    @DisplayName(
            "RD-4 a path has one meaning, decoded once more or not: no dots, hidden slashes, empty parts (CVE-2026-3872)")
    void dots() {
        assertNoPath(
                "/..",
                "/../a",
                "/a/..",
                "/a/../b",
                "/.",
                "/./a",
                "/.//evil.test",
                "/a/..;/b",
                "/..;x=y/a",
                "/.;/a",
                "/;/evil.test",
                "/a//b",
                "/%2e%2e/a",
                "/%2E%2e/a",
                "/.%2e/a",
                "/%2fevil.test",
                "/%2Fevil.test",
                "/%5cevil.test",
                "/%252e%252e/a",
                "/%252fevil.test",
                "/a%3bb",
                "/%c0%ae/a",
                "/%f8",
                "/%",
                "/%2",
                "/%zz",
                "/a/%",
                "/%u002e");
    }

    @Test
    @DisplayName("RD-5 schemes that run scripts are no path and no address (CVE-2026-9086)")
    void schemes() {
        for (String address : List.of(
                "javascript:alert(1)",
                "JaVaScRiPt:alert(1)",
                "java\tscript:alert(1)",
                "\u0001javascript:alert(1)",
                "javascript://app.example/callback%0aalert(1)",
                "data:text/html,x",
                "vbscript:x",
                "blob:https://app.example/x",
                "view-source:https://app.example/callback",
                "file:///callback",
                "http://app.example/callback")) {
            refused(() -> guard.path(address), address);
            refused(() -> guard.registered(address), address);
        }
    }

    @Test
    @DisplayName(
            "RD-6 an address passes if it is registered character by character (RFC 9700, section 4.1.3; CVE-2026-7504)")
    void exact() {
        for (String address : List.of(CALLBACK, WITH_QUERY)) {
            assertEquals(address, guard.registered(address));
        }
        assertNotRegistered(
                "https://app.example/callback/",
                "https://app.example/callback/more",
                "https://app.example/callbackmore",
                "https://app.example/callback?x=y",
                "https://app.example/callback?",
                "https://app.example/callback/../evil",
                "https://app.example/callback/..;/evil",
                "https://app.example/callback/%2e%2e/evil",
                "https://app.example/%63allback",
                "https://app.example/Callback",
                "https://app.example//callback",
                "https://app.example/./callback",
                "https://app.example:443/callback",
                "https://app.example:8443/callback",
                "https://app.example:8443/cb",
                "https://app.example:8443/cb?tenant=8",
                "https://app.example:8443/cb?tenant=7&tenant=8",
                "https://app.example:8443/cb?tenant=7&x=y",
                "https://app.example",
                "https://app.example/",
                "/callback",
                "https://user@app.example/callback",
                "https://app.example@evil.test/callback",
                "https://evil.test@app.example@evil.test/callback",
                "https://app.example:x@evil.test/callback",
                "https://app.example%40evil.test/callback",
                "https://evil.test\\@app.example/callback",
                " " + CALLBACK,
                CALLBACK + " ",
                CALLBACK + "\n",
                CALLBACK + "\0",
                "");
        refused(() -> guard.registered(null), "nothing");
    }

    @Test
    @DisplayName("RD-7 a host that looks alike is another (CVE-2026-18211)")
    void lookalikes() {
        assertNotRegistered(
                "https://app.example.evil.test/callback",
                "https://evil.test/app.example/callback",
                "https://evil.test/?https://app.example/callback",
                "https://evil.test/https://app.example/callback",
                "https://evilapp.example/callback",
                "https://evil.app.example/callback",
                "https://app.example./callback",
                "https://APP.example/callback",
                "https://\u0430pp.example/callback",
                "https://xn--pp-6kc.example/callback",
                "https://app\u3002example/callback",
                "https://app\u2024example/callback",
                "https://\uff41pp.example/callback",
                "https://app.examp\u00adle/callback",
                "https://app.exampl\u212f/callback");
        Guard local = create(List.of("http://127.0.0.1:8080/callback"), List.of());
        assertEquals("http://127.0.0.1:8080/callback", local.registered("http://127.0.0.1:8080/callback"));
        for (String address : List.of(
                "http://localhost:8080/callback",
                "http://localhost.evil.test:8080/callback",
                "http://127.0.0.1.evil.test:8080/callback",
                "http://127.1:8080/callback",
                "http://2130706433:8080/callback",
                "http://0x7f.0.0.1:8080/callback",
                "http://127.0.0.1:8081/callback",
                "http://127.0.0.1:8080@evil.test/callback",
                "http://[::ffff:7f00:1]:8080/callback")) {
            refused(() -> local.registered(address), address);
        }
    }

    @Test
    @DisplayName("RD-8 no fragment passes, for it would hide or replace what is handed over (CVE-2026-18209)")
    void fragments() {
        assertNotRegistered(CALLBACK + "#", CALLBACK + "#code=stolen&state=x", CALLBACK + "#/..", WITH_QUERY + "#x");
        assertNoPath("/a#", "/a#code=stolen&state=x", "/#//evil.test");
    }

    @Test
    @DisplayName(
            "RD-9 of a native program's loopback address the port is free, and nothing else (RFC 8252, section 7.3; CVE-2024-8883)")
    void natives() {
        refused(
                () -> create(List.of(NATIVE), List.of()).registered("http://127.0.0.1:51004/callback"),
                "one that is not native");
        Guard open = create(List.of(), List.of(NATIVE, "http://[::1]/callback"));
        for (String address : List.of("http://127.0.0.1:51004/callback", NATIVE, "http://[::1]:51004/callback")) {
            assertEquals(address, open.registered(address));
        }
        for (String address : List.of(
                "http://localhost:51004/callback",
                "http://localhost.evil.test:51004/callback",
                "http://127.0.0.1.evil.test/callback",
                "https://127.0.0.1:51004/callback",
                "http://127.0.0.1:51004@evil.test/callback",
                "http://127.0.0.1:51004/callback/x",
                "http://127.0.0.1:51004/callback?x=y",
                "http://127.0.0.1:51004/callback#x",
                "http://127.0.0.1:/callback",
                "http://127.0.0.1:0/callback",
                "http://127.0.0.1:65536/callback",
                "http://127.0.0.1:051004/callback",
                "http://127.0.0.2:51004/callback",
                "http://127.0.0.1:51004",
                "http://127.0.0.1:51004//callback",
                "HTTP://127.0.0.1:51004/callback",
                CALLBACK)) {
            refused(() -> open.registered(address), address);
        }
    }

    @Test
    @DisplayName("RD-10 what could be read in two ways cannot be registered")
    void registration() {
        for (String address : List.of(
                "https://*.example/callback",
                "https://app.example/*",
                "https://app.example",
                "http://app.example/callback",
                "http://localhost/callback",
                "https://app.example/callback#x",
                "https://user@app.example/callback",
                "https://APP.example/callback",
                "https://app.example:443/callback",
                "https://app.example/../callback",
                "https://app.example//callback",
                "https://127.1/callback",
                "//app.example/callback",
                "/callback",
                "app:/callback",
                "javascript:x",
                "")) {
            assertThrows(IllegalArgumentException.class, () -> create(List.of(address), List.of()), address);
        }
        for (String address : List.of(
                "http://127.0.0.1:8080/callback", "http://localhost/callback", CALLBACK, "http://10.0.0.1/callback")) {
            assertThrows(IllegalArgumentException.class, () -> create(List.of(), List.of(address)), address);
        }
    }

    @Test
    @DisplayName("RD-11 any text is answered, and a path that passes stays here")
    void anyText() {
        Guard both = create(List.of(CALLBACK, WITH_QUERY), List.of(NATIVE));
        List<String> seeds = List.of(
                "/a/b?c=d",
                "//evil.test",
                "/\\evil.test",
                "/..;/a",
                "/%2e%2e/",
                CALLBACK,
                NATIVE,
                "http://127.0.0.1:51004/callback",
                "@",
                "javascript:");
        Texts.each(texts(), seeds, text -> {
            if (passes(() -> both.path(text))) {
                assertTrue(text.matches("/(?!/)[!-~]*"), "one slash, and visible ASCII behind");
                assertFalse(text.contains("\\"), "a backslash");
                assertEquals(HERE.getRawAuthority(), HERE.resolve(text).getRawAuthority());
                assertEquals(
                        text, HERE.resolve(text).normalize().toString().substring("https://here.example".length()));
            }
            if (passes(() -> both.registered(text))) {
                assertTrue(text.equals(CALLBACK)
                        || text.equals(WITH_QUERY)
                        || text.matches("http://127\\.0\\.0\\.1(:[1-9][0-9]{0,4})?/callback"));
            }
        });
    }
}
