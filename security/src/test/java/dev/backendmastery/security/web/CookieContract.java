package dev.backendmastery.security.web;

import static dev.backendmastery.security.web.Texts.passes;
import static dev.backendmastery.security.web.Texts.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.web.SetCookie.SameSite;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What whoever writes and reads cookies must hold. Extend it and say how to create yours. */
@DisplayName("SetCookie and Cookies")
public abstract class CookieContract {

    private static final Set<String> GUARDED = Set.of("__Host-session");

    /**
     * What is asked for; null is what is not said.
     *
     * @param secure false to do without
     * @param httpOnly false for scripts
     */
    protected record Wish(
            String name,
            String value,
            boolean secure,
            boolean httpOnly,
            @Nullable SameSite sameSite,
            @Nullable String path,
            @Nullable String domain,
            @Nullable Duration maxAge) {

        static Wish of(String name, String value) {
            return new Wish(name, value, true, true, null, null, null, null);
        }
    }

    /** What is under test: both answer or throw {@link WebRefusedException}. */
    protected interface Jar {
        /** The value of the header {@code Set-Cookie}. */
        String write(Wish wish);

        /** The value of one of the cookies. */
        Optional<String> read(List<String> headers, Set<String> guarded, String name);
    }

    protected abstract Jar create();

    /** How many texts are tried. */
    protected int texts() {
        return 100_000;
    }

    private final Jar jar = create();

    private static Wish wish(
            String name, boolean secure, boolean httpOnly, @Nullable String path, @Nullable String domain) {
        return new Wish(name, "v", secure, httpOnly, null, path, domain, null);
    }

    @Test
    @DisplayName("CK-1 if nothing else is said it is secure, hidden from scripts and sent by no other site's forms")
    void defaults() {
        assertEquals("a=b; Path=/; Secure; HttpOnly; SameSite=Lax", jar.write(Wish.of("a", "b")));
        assertEquals(
                "a=; Path=/x; Domain=a.example; Max-Age=60; Secure; SameSite=Strict",
                jar.write(new Wish("a", "", true, false, SameSite.STRICT, "/x", "a.example", Duration.ofMinutes(1))));
    }

    @Test
    @DisplayName("CK-2 __Host- is secure, for one host, for all its paths, in whatever case it is written")
    void host() {
        assertTrue(jar.write(Wish.of("__Host-a", "v")).startsWith("__Host-a=v; Path=/; Secure"));
        refused(() -> jar.write(wish("__Host-a", false, true, null, null)), "not secure");
        refused(() -> jar.write(wish("__Host-a", true, true, "/x", null)), "for a path");
        refused(() -> jar.write(wish("__Host-a", true, true, null, "a.example")), "for a domain");
        for (String name : List.of("__host-a", "__HOST-a", "__hOst-a")) {
            refused(() -> jar.write(Wish.of(name, "v")), name);
            refused(() -> jar.write(wish(name, true, true, null, "a.example")), name);
        }
    }

    @Test
    @DisplayName("CK-3 __Secure- is secure; __Http- and __Host-Http- are hidden from scripts, too")
    void prefixes() {
        jar.write(wish("__Secure-a", true, false, "/x", "a.example"));
        refused(() -> jar.write(wish("__Secure-a", false, true, null, null)), "not secure");
        refused(() -> jar.write(wish("__secure-a", false, true, null, null)), "not secure, in another case");
        jar.write(wish("__Http-a", true, true, "/x", "a.example"));
        refused(() -> jar.write(wish("__Http-a", true, false, null, null)), "for scripts");
        refused(() -> jar.write(wish("__Http-a", false, true, null, null)), "not secure");
        jar.write(wish("__Host-Http-a", true, true, null, null));
        refused(() -> jar.write(wish("__Host-Http-a", true, false, null, null)), "for scripts");
        refused(() -> jar.write(wish("__Host-Http-a", true, true, "/x", null)), "for a path");
    }

    @Test
    @DisplayName("CK-4 name, value, path and domain are of their grammar and become no attribute and no other header")
    void grammar() {
        for (String name :
                List.of("", "a b", "a=b", "a;b", "a,b", "é", "a\r\nb", "\"a\"", "a\0", "(a)", "a/b", "a[0]")) {
            refused(() -> jar.write(Wish.of(name, "v")), name);
        }
        for (String value : List.of(
                "a b",
                "a;Domain=evil.test",
                "a,b",
                "\"a\"",
                "a\\b",
                "a\r\nSet-Cookie: x=y",
                "a\n",
                "é",
                "a\0",
                "a\u007f",
                "\t")) {
            refused(() -> jar.write(Wish.of("a", value)), value);
        }
        for (String path : List.of("", "x", "/a;Domain=evil.test", "/a b", "/a\r\nb", "/é", "/\0")) {
            refused(() -> jar.write(wish("a", true, true, path, null)), path);
        }
        for (String domain : List.of(
                "", ".a.example", "example", "a.example;Path=/", "a example", "A.example", "a..b", "127.0.0.1")) {
            refused(() -> jar.write(wish("a", true, true, null, domain)), domain);
        }
        jar.write(Wish.of("!#$%&'*+-.^_`|~09azAZ", "!#$%&'()*+-./:<=>?@[]^_`{|}~09azAZ"));
    }

    @Test
    @DisplayName("CK-5 name and value are at most 4,096 bytes, which is what browsers keep")
    void size() {
        jar.write(Wish.of("a", "v".repeat(4_095)));
        refused(() -> jar.write(Wish.of("a", "v".repeat(4_096))), "a value too large");
        refused(() -> jar.write(Wish.of("n".repeat(4_097), "")), "a name too large");
        refused(() -> jar.write(wish("a", true, true, "/" + "p".repeat(1_024), null)), "a path too large");
    }

    @Test
    @DisplayName("CK-6 what all sites may send is secure")
    void sites() {
        assertTrue(jar.write(new Wish("a", "v", true, true, SameSite.NONE, null, null, null))
                .endsWith("SameSite=None"));
        refused(() -> jar.write(new Wish("a", "v", false, true, SameSite.NONE, null, null, null)), "not secure");
    }

    @Test
    @DisplayName("CK-7 it lives from 0 to 400 days")
    void age() {
        for (long days : List.of(0L, 400L)) {
            String text = jar.write(new Wish("a", "v", true, true, null, null, null, Duration.ofDays(days)));
            assertTrue(text.contains("; Max-Age=" + days * 86_400 + ";"), text);
        }
        for (Duration age : List.of(Duration.ofSeconds(-1), Duration.ofDays(400).plusSeconds(1))) {
            refused(() -> jar.write(new Wish("a", "v", true, true, null, null, null, age)), "an age");
        }
    }

    @Test
    @DisplayName("CK-8 what was set is found, under its name with its case, over all headers")
    void finds() {
        List<String> headers = List.of("a=1; __Host-session=x=y==; b=", "c=3");
        assertEquals(Optional.of("1"), jar.read(headers, GUARDED, "a"));
        assertEquals(Optional.of("x=y=="), jar.read(headers, GUARDED, "__Host-session"));
        assertEquals(Optional.of(""), jar.read(headers, GUARDED, "b"));
        assertEquals(Optional.of("3"), jar.read(headers, GUARDED, "c"));
        for (String name : List.of("A", "__host-session", "d", "", "y")) {
            assertEquals(Optional.empty(), jar.read(headers, GUARDED, name), name);
        }
        assertEquals(Optional.empty(), jar.read(List.of(), GUARDED, "a"));
    }

    @Test
    @DisplayName("CK-9 a guarded name is there once, with a value of its form, or the request is refused")
    void guarded() {
        for (List<String> headers : List.of(
                List.of("__Host-session=mine; __Host-session=tossed"),
                List.of("__Host-session=mine", "__Host-session=tossed"),
                List.of("__Host-session=same; a=b; __Host-session=same"),
                List.of("__Host-session = tossed;__Host-session=mine"),
                List.of("__Host-session"),
                List.of("__Host-session=\"quoted\""),
                List.of("__Host-session=a b"),
                List.of("__Host-session=a,b"),
                List.of("__Host-session=\0"),
                List.of("__Host-session=é"))) {
            refused(() -> jar.read(headers, GUARDED, "__Host-session"), headers.toString());
        }
        assertEquals(Optional.of("1"), jar.read(List.of("a=1; a=2"), GUARDED, "a"));
    }

    @Test
    @DisplayName("CK-10 what is wrong with other cookies keeps nobody out, unless it is too large")
    void others() {
        for (String wrong : List.of(
                "=x",
                "x",
                "a b=c",
                "a=\"b\"",
                "a=b c",
                "é=é",
                "a=\0",
                ";;;",
                "__Host-session\0=x",
                "$Version=1",
                " ",
                "\u00a0__Host-session=x")) {
            for (String header : List.of(wrong + "; __Host-session=mine", "__Host-session=mine;" + wrong)) {
                assertEquals(Optional.of("mine"), jar.read(List.of(header), GUARDED, "__Host-session"), header);
            }
        }
        refused(() -> jar.read(List.of("a=" + "b".repeat(40_000)), GUARDED, "a"), "too large");
    }

    @Test
    @DisplayName("CK-11 any text is answered, and what is written is read")
    void anyText() {
        List<String> seeds =
                List.of("__Host-session=mine; a=b", "__Secure-a", "value-_~", "/path", "a.example", "; Domain=x");
        Texts.each(texts(), seeds, text -> {
            passes(() -> jar.read(List.of(text, "b=" + text), GUARDED, "a"));
            passes(() -> {
                String written = jar.write(Wish.of("a", text));
                assertEquals("a=" + text + "; Path=/; Secure; HttpOnly; SameSite=Lax", written);
                assertEquals(Optional.of(text), jar.read(List.of("b=c; a=" + text), GUARDED, "a"));
            });
            passes(() -> jar.write(Wish.of(text, "v")));
            passes(() -> jar.write(wish("a", true, true, text, text)));
        });
    }
}
