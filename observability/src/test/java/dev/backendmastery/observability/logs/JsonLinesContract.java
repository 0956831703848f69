package dev.backendmastery.observability.logs;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.io.IOException;
import java.nio.CharBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** What whoever makes lines of events must hold. Extend it and say how to create yours. */
@DisplayName("Lines of JSON")
public abstract class JsonLinesContract {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-14T12:00:00.123456Z"));
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int LINE = 4_096;
    private static final int VALUE = 200;
    private static final int FIELDS = 12;
    private static final int FRAMES = 5;
    private static final String JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTcifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1g";
    private static final String KEY = "bmk_" + "0aZ9".repeat(12) + "Q";

    @SuppressWarnings("NullAway.Init") // setUp comes first
    private Subject lines;

    /** What is under test. */
    @FunctionalInterface
    protected interface Subject {
        byte[] encode(LogEvent event);
    }

    /** What it is made of. */
    protected record Parts(int line, int value, int fields, int frames, Redaction redaction) {}

    /** Ours, unless said otherwise. */
    protected Subject create(Parts parts) {
        return JsonLines.builder()
                .line(parts.line)
                .value(parts.value)
                .fields(parts.fields)
                .frames(parts.frames)
                .redaction(parts.redaction)
                .build()::encode;
    }

    @BeforeEach
    void setUp() {
        Redaction redaction = Redaction.builder()
                .key("pin")
                .pattern("bmk_", Pattern.compile("\\bbmk_[0-9A-Za-z]{49}\\b"))
                .build();
        lines = create(new Parts(LINE, VALUE, FIELDS, FRAMES, redaction));
    }

    private static LogEvent event(String message) {
        return LogEvent.of(CLOCK, Level.INFO, "dev.backendmastery.Shop", message);
    }

    private Map<String, @Nullable Object> read(LogEvent event) throws IOException {
        return Json.object(lines.encode(event));
    }

    private String message(String message) throws IOException {
        return String.valueOf(read(event(message)).get("message"));
    }

    private void isOneLine(LogEvent event) throws IOException {
        byte[] line = lines.encode(event);
        String text = Json.text(line);
        assertEquals(text.length() - 1, text.indexOf('\n'), "where the line ends");
        for (int i = 0; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            int at = i;
            assertFalse(
                    c < 32
                            || (c >= 127 && c < 160)
                            || c == '\u2028'
                            || c == '\u2029'
                            || (c >= '\u202A' && c <= '\u202E'),
                    () -> "U+" + Integer.toHexString(text.charAt(at)) + " at " + at + " of " + text);
        }
    }

    @Test
    @DisplayName("LG-1 whatever is in an event, it is one line")
    void oneLine() throws IOException {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 160; c++) {
            all.append(c);
        }
        String forged = "ok\n{\"level\":\"INFO\",\"message\":\"forged\"}\r\n\u0085\u2028\u2029\u202E\u001b[2J";
        for (String text : List.of(all.toString(), forged)) {
            isOneLine(event(text));
            isOneLine(event("m").with("k", text));
            isOneLine(event("m").with(text, "v"));
            isOneLine(event("m").withMdc(text, text));
            isOneLine(event("m").with("k", List.of(Map.of(text, text))));
            isOneLine(event("m").with(new IllegalStateException(text)));
            isOneLine(new LogEvent(
                    CLOCK.instant(),
                    Level.INFO,
                    text,
                    text,
                    text,
                    List.of(),
                    Map.of(),
                    null,
                    SpanContext.getInvalid()));
        }
    }

    @Test
    @DisplayName("LG-2 any text is read again as it was; half a pair of surrogates as U+FFFD")
    void texts() throws IOException {
        assertEquals(
                "\ud83d\ude00 é ß 漢 \u00a0 \u07ff \u0800 \uffff",
                message("\ud83d\ude00 é ß 漢 \u00a0 \u07ff \u0800 \uffff"));
        assertEquals("a\ufffdb\ufffd", message("a\ud83db\ude00"));
        assertEquals("\ufffd", message("\ud83d"));
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 160; c++) {
            all.append(c);
        }
        assertEquals(all.toString(), message(all.toString()));
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            while (text.length() < 40) {
                text.appendCodePoint(
                        random.nextInt(4) == 0 ? random.nextInt(0x10000, 0x110000) : random.nextInt(0xD800));
            }
            String made = text.toString();
            assertEquals(made, message(made));
        }
    }

    @Test
    @DisplayName("LG-3 values are read again: numbers as numbers, what JSON has no number for as text")
    void values() throws IOException {
        Map<String, @Nullable Object> line = read(event("m")
                .with("int", -7)
                .with("least", Long.MIN_VALUE)
                .with("double", 0.25)
                .with("nan", Double.NaN)
                .with("infinite", Float.NEGATIVE_INFINITY)
                .with("yes", true)
                .with("nothing", null)
                .with("list", List.of(1, "two", List.of()))
                .with("array", new int[] {1, 2})
                .with("map", Map.of("k", 1))
                .with("enum", Level.WARN));
        assertAll(
                () -> assertEquals("2026-03-14T12:00:00.123456Z", line.get("time")),
                () -> assertEquals("INFO", line.get("level")),
                () -> assertEquals("dev.backendmastery.Shop", line.get("logger")),
                () -> assertEquals(Thread.currentThread().getName(), line.get("thread")),
                () -> assertEquals(-7, line.get("int")),
                () -> assertEquals(Long.MIN_VALUE, line.get("least")),
                () -> assertEquals(0.25, line.get("double")),
                () -> assertEquals("NaN", line.get("nan")),
                () -> assertEquals("-Infinity", line.get("infinite")),
                () -> assertEquals(true, line.get("yes")),
                () -> assertTrue(line.containsKey("nothing") && line.get("nothing") == null),
                () -> assertEquals(List.of(1, "two", List.of()), line.get("list")),
                () -> assertEquals(List.of(1, 2), line.get("array")),
                () -> assertEquals(Map.of("k", 1), line.get("map")),
                () -> assertEquals("WARN", line.get("enum")));
    }

    @Test
    @DisplayName("LG-4 the ids of its span are in it, and none if it is in none")
    void ids() throws IOException {
        SpanContext span = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault());
        Map<String, @Nullable Object> line = read(event("m").with(span));
        assertEquals("0af7651916cd43dd8448eb211c80319c", line.get("trace_id"));
        assertEquals("b7ad6b7169203331", line.get("span_id"));
        assertEquals("01", line.get("trace_flags"));
        assertFalse(read(event("m")).containsKey("trace_id"));
    }

    @Test
    @DisplayName("LG-5 a field whose key is one of the schema's keeps its value under another")
    void schemaKeys() throws IOException {
        Map<String, @Nullable Object> line = read(event("m")
                .with("message", "mine")
                .with("trace_id", "mine too")
                .withMdc("level", "high")
                .withMdc("exception.type", "none"));
        assertEquals("m", line.get("message"));
        assertEquals("INFO", line.get("level"));
        assertEquals("mine", line.get("fields.message"));
        assertEquals("mine too", line.get("fields.trace_id"));
        assertEquals("high", line.get("mdc.level"));
        assertEquals("none", line.get("mdc.exception.type"));
    }

    @Test
    @DisplayName("LG-6 of two fields with one key, or a field and the MDC, each keeps its value")
    void sameKeys() throws IOException {
        Map<String, @Nullable Object> line = read(event("m")
                .with("user", 1)
                .with("user", 2)
                .with("user", 3)
                .with("k".repeat(300) + "1", "long 1")
                .with("k".repeat(300) + "2", "long 2")
                .with("half\ud800", "half 1")
                .with("half\udfff", "half 2")
                .withMdc("user", "4"));
        assertEquals(1, line.get("user"));
        assertEquals(2, line.get("fields.user"));
        assertEquals(3, line.get("fields.user#2"));
        assertEquals("4", line.get("mdc.user"));
        assertTrue(line.values().containsAll(List.of("long 1", "long 2", "half 1", "half 2")), line.toString());
    }

    /** Fails in the ways in which values do. */
    private static final class Bad {
        private final Throwable how;

        Bad(Throwable how) {
            this.how = how;
        }

        @Override
        public String toString() {
            throw Bad.<RuntimeException>raise(how);
        }

        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // throws what is no RuntimeException either
        private static <T extends Throwable> T raise(Throwable e) throws T {
            throw (T) e;
        }
    }

    @Test
    @DisplayName("LG-7 a value that cannot be told costs itself alone, and not the next line")
    void badValues() throws IOException {
        byte[] before = lines.encode(event("next"));
        List<Object> bad = List.of(
                new Bad(new IllegalStateException("no")),
                new Bad(new StackOverflowError()),
                new Bad(new LinkageError()),
                new Bad(new IOException("checked")),
                List.of(1, new Bad(new IllegalStateException())),
                Map.of(new Bad(new IllegalStateException()), 1));
        for (Object value : bad) {
            Map<String, @Nullable Object> line =
                    read(event("m").with("before", 1).with("bad", value).with("after", 2));
            assertEquals(1, line.get("before"));
            assertTrue(String.valueOf(line.get("bad")).contains("[failed: "), line.toString());
            assertEquals(2, line.get("after"));
            assertEquals(Json.text(before), Json.text(lines.encode(event("next"))));
        }
    }

    @Test
    @DisplayName(
            "LG-8 an exception that cannot say what happened, or whose causes have no end, is told as far as it can be")
    void badExceptions() {
        Exception mute = new Exception() {
            @Override
            public String getMessage() {
                throw new IllegalStateException("no");
            }
        };
        Exception endless = new Endless(1);
        Exception a = new Exception("a");
        Exception b = new Exception("b", a);
        a.initCause(b);
        Exception suppressed = new Exception("s");
        suppressed.addSuppressed(new Exception("its own", suppressed));
        assertTimeoutPreemptively(PATIENCE, () -> {
            for (Exception e : List.of(mute, endless, a, suppressed)) {
                Map<String, @Nullable Object> line =
                        read(event("m").with("k", 1).with(e));
                assertEquals(e.getClass().getName(), line.get("exception.type"));
                assertTrue(
                        String.valueOf(line.get("exception.stacktrace"))
                                .startsWith(e.getClass().getName()),
                        line.toString());
                assertEquals(1, line.get("k"));
            }
            assertTrue(String.valueOf(read(event("m").with(b)).get("exception.stacktrace"))
                    .contains("Caused by: java.lang.Exception: a"));
        });
    }

    private static final class Endless extends Exception {
        private static final long serialVersionUID = 1;
        private final int depth;

        Endless(int depth) {
            super("cause " + depth);
            this.depth = depth;
        }

        @Override
        public synchronized Throwable getCause() {
            return new Endless(depth + 1);
        }
    }

    @Test
    @DisplayName("LG-9 a list without end, or in itself, is cut")
    void endlessValues() {
        Iterable<Integer> endless = () -> new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                return next++;
            }
        };
        List<Object> self = new ArrayList<>();
        self.add(self);
        assertTimeoutPreemptively(PATIENCE, () -> {
            Map<String, @Nullable Object> line =
                    read(event("m").with("endless", endless).with("self", self).with("after", 1));
            assertTrue(String.valueOf(line.get("endless")).startsWith("[0, 1, 2, "), line.toString());
            assertEquals(1, line.get("after"));
            assertEquals(true, line.get("truncated"));
        });
    }

    @Test
    @DisplayName("LG-10 no value is longer than said, and what was cut says by how much")
    void longValues() throws IOException {
        String text = "word ".repeat(1_000);
        for (String cut : List.of(
                message(text),
                String.valueOf(read(event("m").with("k", text)).get("k")),
                String.valueOf(read(event("m").with("k", CharBuffer.wrap(text))).get("k")),
                String.valueOf(read(event("m").withMdc("k", text)).get("k")))) {
            assertEquals(text.substring(0, VALUE) + "…[+" + (5_000 - VALUE) + "]", cut);
        }
        assertEquals(true, read(event(text)).get("truncated"));
        assertFalse(read(event("short")).containsKey("truncated"));
    }

    @Test
    @DisplayName("LG-11 no line is longer than said, whatever is in it, and says how many fields it left out")
    void longLines() throws IOException {
        Random random = new Random(11);
        for (int i = 0; i < 60; i++) {
            LogEvent event = event("\u0001".repeat(random.nextInt(400)));
            int fields = 10 + random.nextInt(6);
            for (int f = 0; f < fields; f++) {
                String text = "\u0001漢\"".repeat(random.nextInt(70));
                event = event.with(
                        "k" + f + "\u0002".repeat(random.nextInt(70)),
                        f % 3 == 0 ? List.of(text, List.of(text), Map.of(text, text)) : text);
            }
            event = i % 2 == 0 ? event : event.with(new IllegalStateException("\u0001".repeat(500), new Endless(1)));
            byte[] line = lines.encode(event);
            assertTrue(line.length <= LINE, "length " + line.length);
            Map<String, @Nullable Object> object = Json.object(line);
            int omitted = object.get("omitted") instanceof Integer n ? n : 0;
            long kept =
                    object.keySet().stream().filter(key -> key.startsWith("k")).count();
            boolean noStack = i % 2 != 0 && !object.containsKey("exception.stacktrace");
            assertEquals(fields, kept + omitted - (noStack ? 1 : 0), () -> "of " + object);
        }
    }

    @Test
    @DisplayName("LG-12 of an exception so many frames are told as said")
    void frames() throws IOException {
        Exception deep = new Exception("deep");
        StackTraceElement[] frames = new StackTraceElement[40];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = new StackTraceElement("a.B", "m" + i, i == 0 ? "B.java" : null, i == 0 ? 7 : -1);
        }
        deep.setStackTrace(frames);
        Map<String, @Nullable Object> line = read(event("m").with(deep));
        assertEquals("java.lang.Exception", line.get("exception.type"));
        assertEquals("deep", line.get("exception.message"));
        assertEquals("""
                java.lang.Exception: deep
                \tat a.B.m0(B.java:7)
                \tat a.B.m1(Unknown Source)
                \tat a.B.m2(Unknown Source)
                \tat a.B.m3(Unknown Source)
                \tat a.B.m4(Unknown Source)
                \t… 35 more
                """, line.get("exception.stacktrace"));
    }

    private void hides(String secret, String text) throws IOException {
        LogEvent event = event(text)
                .with("field", text)
                .with("nested", List.of(Map.of("k", text)))
                .with("about " + secret, 1)
                .withMdc("context", text)
                .with(new IllegalStateException(text, new IOException(text)));
        String line = Json.text(lines.encode(event));
        assertFalse(line.contains(secret), () -> secret + " in " + line);
        assertTrue(line.contains("[REDACTED]"), line);
    }

    @Test
    @DisplayName("LG-13 what follows Authorization and Bearer is hidden")
    void bearers() throws IOException {
        assertEquals("sent bearer [REDACTED], got 401", message("sent bearer mF_9.B5f-4.1JqM, got 401"));
        assertEquals("Authorization: [REDACTED]\nHost: a", message("Authorization: Basic dXNlcjpwYXNz\nHost: a"));
        assertEquals("{Authorization=[[REDACTED]], Host=[a]}", message("{Authorization=[Digest x=\"y\"], Host=[a]}"));
        assertEquals(
                "{\"authorization\":\"[REDACTED]\",\"a\":1}", message("{\"authorization\":\"ApiKey 77\",\"a\":1}"));
        assertEquals("authorization failed for 7", message("authorization failed for 7"));
        assertFalse(String.valueOf(read(event("m").with("k", "Bearer mF_9.B5f")).get("k"))
                .contains("mF_9"));
    }

    @Test
    @DisplayName("LG-14 signed and sealed tokens are hidden wherever they stand")
    void tokens() throws IOException {
        hides(JWT, "token=" + JWT + "&x=1");
        assertEquals("token=[REDACTED]&x=1", message("token=" + JWT + "&x=1"));
        assertEquals("[REDACTED]", message("eyJhbGciOiJkaXIifQ..iv.text.tag"));
        assertEquals("eyJust.words", message("eyJust.words"));
    }

    @Test
    @DisplayName("LG-15 numbers of cards are hidden, in one piece, with spaces, with dashes, as numbers")
    void cards() throws IOException {
        for (String card : List.of(
                "4111111111111111",
                "4111 1111 1111 1111",
                "4111-1111-1111-1111",
                "378282246310005",
                "3782 822463 10005",
                "5555555555554444",
                "6011111111111117",
                "4222222222222",
                "30569309025904",
                "6304000000000000000")) {
            hides(card, "paid with " + card + ", thanks");
        }
        assertEquals("order 1234 [REDACTED] 1226", message("order 1234 4111 1111 1111 1111 1226"));
        assertEquals("card_[REDACTED].", message("card_4111111111111111."));
        assertEquals("[REDACTED]", read(event("m").with("k", 4111111111111111L)).get("k"));
    }

    @Test
    @DisplayName("LG-16 no other number is: ids that fail the check, times, UUIDs, parts of longer ones")
    void noCards() throws IOException {
        for (String text : List.of(
                "4111111111111112",
                "4111 1111 1111 1112",
                "1773489600000",
                "1773489600000000000",
                "41111111111111114111111111111111",
                "a4111111111111111",
                "0190f3c2-77a1-7d1e-9d2b-411111111111",
                "2026-03-14 12:00:00",
                "5105-10-510510510-5100",
                "+49 4111 111111")) {
            assertEquals(text, message(text));
        }
        assertEquals(
                4111111111111112L, read(event("m").with("k", 4111111111111112L)).get("k"));
    }

    @Test
    @DisplayName("LG-17 what own patterns find is hidden")
    void ownPatterns() throws IOException {
        hides(KEY, "with " + KEY + " and more");
        assertEquals("[REDACTED], [REDACTED]", message(KEY + ", " + KEY));
        assertEquals("bmk_short", message("bmk_short"));
        assertEquals("Bearer [REDACTED]", message("Bearer " + KEY));
    }

    @Test
    @DisplayName("LG-18 whatever stands under the key of a secret is hidden")
    void secretKeys() throws IOException {
        for (String key :
                List.of("password", "PassWord", "set-cookie", "Set_Cookie", "user.password", "pin", "X-Api-Key")) {
            assertEquals("[REDACTED]", read(event("m").with(key, "7 words")).get(key));
            assertEquals("[REDACTED]", read(event("m").withMdc(key, "7 words")).get(key));
            assertEquals(
                    Map.of(key, "[REDACTED]"),
                    read(event("m").with("k", Map.of(key, 7))).get("k"));
        }
        assertEquals("7", read(event("m").with("passwords_changed", "7")).get("passwords_changed"));
    }

    @Test
    @DisplayName("LG-19 a secret that stands where a value is cut does not slip through in part")
    void secretsAtTheCut() throws IOException {
        for (String secret : List.of("Bearer mF9B5f4JqMmF9B5f4JqM", JWT, "4111 1111 1111 1111", KEY)) {
            String inner = secret.substring(secret.indexOf(' ') == 6 ? 7 : 0);
            for (int before = VALUE - secret.length(); before <= VALUE; before++) {
                String text = "x".repeat(before - 1) + " " + secret + " and more";
                for (LogEvent event : List.of(event(text), event("m").with("k", CharBuffer.wrap(text)))) {
                    String line = Json.text(lines.encode(event));
                    assertFalse(line.contains(inner.substring(0, 4)), () -> secret + " in " + line);
                }
            }
        }
    }

    @Test
    @DisplayName("LG-20 threads do not mix their lines")
    void threads() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier together = new CyclicBarrier(threads);
            List<Future<Boolean>> results = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String mine = String.valueOf((char) ('p' + t)).repeat(150);
                Callable<Boolean> work = () -> {
                    LogEvent event = event(mine).with("k", mine);
                    for (int i = 0; i < 200; i++) {
                        // All begin each line at once, and meet in the middle of it.
                        together.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                        Map<String, @Nullable Object> line = read(event.with("meet", new Meeting(together)));
                        if (!mine.equals(line.get("message")) || !mine.equals(line.get("k"))) {
                            return false;
                        }
                    }
                    return true;
                };
                results.add(pool.submit(work));
            }
            for (Future<Boolean> result : results) {
                assertTrue(result.get(PATIENCE.toSeconds(), TimeUnit.SECONDS), "a line of another thread");
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private record Meeting(CyclicBarrier together) {
        @Override
        public String toString() {
            try {
                together.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                return "met";
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    @DisplayName("LG-21 a value that logs while it is told does not damage the line that it is in")
    void nested() throws IOException {
        List<byte[]> inner = new ArrayList<>();
        Object logs = new Object() {
            @Override
            public String toString() {
                inner.add(lines.encode(event("inner")));
                return "told";
            }
        };
        Map<String, @Nullable Object> line =
                read(event("outer").with("before", 1).with("logs", logs).with("after", 2));
        assertEquals("outer", line.get("message"));
        assertEquals(1, line.get("before"));
        assertEquals("told", line.get("logs"));
        assertEquals(2, line.get("after"));
        assertEquals("inner", Json.object(inner.get(0)).get("message"));
    }
}
