package dev.backendmastery.observability.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.observability.telemetry.W3cTraceContext.Level;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a propagator of W3C's trace context must hold. */
@DisplayName("A propagator of trace context")
public abstract class TraceContextContract {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";
    private static final String PARENT = "00-" + TRACE + "-" + SPAN + "-01";

    /** One that reads {@code tracestate} by {@code level}. */
    protected abstract TextMapPropagator create(Level level);

    /** Headers as a server has them: without case, each as often as it came. */
    static final class Headers {

        private final Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

        Headers add(String name, String value) {
            values.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
            return this;
        }

        List<String> get(String name) {
            return values.getOrDefault(name, List.of());
        }
    }

    static final TextMapGetter<Headers> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers headers) {
            return headers.values.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String name) {
            List<String> values = headers == null ? List.of() : headers.get(name);
            return values.isEmpty() ? null : values.get(0);
        }

        @Override
        public Iterator<String> getAll(@Nullable Headers headers, String name) {
            return headers == null
                    ? Collections.emptyIterator()
                    : headers.get(name).iterator();
        }
    };

    private SpanContext extracted(Level level, Headers headers) {
        return Span.fromContext(create(level).extract(Context.root(), headers, GETTER))
                .getSpanContext();
    }

    private SpanContext extracted(String... parents) {
        Headers headers = new Headers();
        for (String parent : parents) {
            headers.add("traceparent", parent);
        }
        return extracted(Level.TWO, headers);
    }

    private Map<String, String> state(Level level, String... states) {
        Headers headers = new Headers().add("traceparent", PARENT);
        for (String state : states) {
            headers.add("tracestate", state);
        }
        SpanContext span = extracted(level, headers);
        assertEquals(TRACE, span.getTraceId(), "the trace goes on, whatever its state");
        return span.getTraceState().asMap();
    }

    private void discarded(String... states) {
        for (Level level : Level.values()) {
            assertEquals(Map.of(), state(level, states), () -> level + " of " + List.of(states));
        }
    }

    private void kept(String... states) {
        for (Level level : Level.values()) {
            assertFalse(state(level, states).isEmpty(), () -> level + " of " + List.of(states));
        }
    }

    private void refused(String parent) {
        assertFalse(extracted(parent).isValid(), parent);
    }

    @Test
    @DisplayName("WT-1 extracts what it injected")
    void roundTrip() {
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            SpanContext span = SpanContext.create(
                    String.format("%016x%016x", random.nextLong() | 1, random.nextLong()),
                    String.format("%016x", random.nextLong() | 1),
                    TraceFlags.fromByte((byte) random.nextInt(4)),
                    state(random));
            Headers headers = new Headers();
            TextMapPropagator propagator = create(Level.TWO);
            propagator.inject(Context.root().with(Span.wrap(span)), headers, (into, name, value) -> {
                if (into != null) {
                    into.add(name, value);
                }
            });
            SpanContext there = extracted(Level.TWO, headers);
            assertEquals(span.getTraceId(), there.getTraceId());
            assertEquals(span.getSpanId(), there.getSpanId());
            assertEquals(span.getTraceFlags(), there.getTraceFlags());
            assertEquals(
                    List.copyOf(span.getTraceState().asMap().entrySet()),
                    List.copyOf(there.getTraceState().asMap().entrySet()));
            assertTrue(there.isRemote());
            assertTrue(propagator.fields().containsAll(headers.values.keySet()));
        }
        Headers none = new Headers();
        create(Level.TWO).inject(Context.root(), none, (into, name, value) -> {
            if (into != null) {
                into.add(name, value);
            }
        });
        assertTrue(none.values.isEmpty(), "there is nothing to pass on");
        assertFalse(extracted(Level.TWO, none).isValid());
    }

    private static TraceState state(Random random) {
        var builder = TraceState.builder();
        for (int i = random.nextInt(5); i > 0; i--) {
            builder.put("k" + random.nextInt(100), "v " + random.nextInt());
        }
        return builder.build();
    }

    @Test
    @DisplayName("WT-2 refuses a traceparent that is malformed: characters, lengths, upper case, the version ff")
    void malformed() {
        assertEquals(TRACE, extracted(PARENT).getTraceId());
        refused("");
        refused("00");
        refused(PARENT + ".");
        refused(PARENT + "-more");
        refused("ff" + PARENT.substring(2));
        refused("0" + PARENT);
        refused(PARENT.substring(1));
        refused(".0" + PARENT.substring(2));
        refused("0." + PARENT.substring(2));
        refused("00-" + TRACE + "0-" + SPAN + "-01");
        refused("00-" + TRACE.substring(1) + "-" + SPAN + "-01");
        refused("00-." + TRACE.substring(1) + "-" + SPAN + "-01");
        refused("00-" + TRACE.toUpperCase(java.util.Locale.ROOT) + "-" + SPAN + "-01");
        refused("00-" + TRACE + "-" + SPAN + "0-01");
        refused("00-" + TRACE + "-" + SPAN.substring(1) + "-01");
        refused("00-" + TRACE + "-." + SPAN.substring(1) + "-01");
        refused("00-" + TRACE + "-" + SPAN + "-001");
        refused("00-" + TRACE + "-" + SPAN + "-1");
        refused("00-" + TRACE + "-" + SPAN + "-.1");
        refused("00-" + TRACE + "-" + SPAN + "-1.");
        refused("00_" + TRACE + "_" + SPAN + "_01");
        Random random = new Random(2);
        for (int i = 0; i < 20_000; i++) {
            char[] text = PARENT.toCharArray();
            text[random.nextInt(text.length)] = (char) random.nextInt(0x180);
            String changed = new String(text);
            assertEquals(
                    changed.matches("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
                            || changed.matches("(?!ff)[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"),
                    extracted(changed).isValid(),
                    changed);
        }
    }

    @Test
    @DisplayName("WT-3 refuses ids that are zero")
    void zero() {
        refused("00-" + "0".repeat(32) + "-" + SPAN + "-01");
        refused("00-" + TRACE + "-" + "0".repeat(16) + "-01");
    }

    @Test
    @DisplayName("WT-4 begins anew where traceparent is there twice, also if both say the same")
    void twice() {
        assertFalse(extracted(PARENT, PARENT).isValid());
        assertFalse(extracted(PARENT, PARENT.replace('a', 'b')).isValid());
        assertFalse(extracted(PARENT + "," + PARENT).isValid());
    }

    @Test
    @DisplayName("WT-5 reads a version to come as far as it is known")
    void future() {
        assertEquals(TRACE, extracted("cc" + PARENT.substring(2)).getTraceId());
        assertEquals(
                TRACE, extracted("01" + PARENT.substring(2) + "-what-will-be").getTraceId());
        refused("cc" + PARENT.substring(2) + ".what-will-be");
    }

    @Test
    @DisplayName("WT-6 reads all headers of tracestate, in their order, and passes over empty ones")
    void several() {
        for (Level level : Level.values()) {
            assertEquals(
                    List.of("foo=1", "bar=2", "rojo=3", "congo=4", "baz=5"),
                    state(level, "foo=1,bar=2", "rojo=3,congo=4", "", "baz=5").entrySet().stream()
                            .map(Object::toString)
                            .toList());
            assertEquals(Map.of("foo", "1"), state(level, "", "foo=1"));
            assertEquals(Map.of("foo", "1"), state(level, "foo=1", ""));
            assertEquals(Map.of(), state(level, ""));
        }
        Headers alone = new Headers().add("tracestate", "foo=1");
        assertTrue(extracted(Level.TWO, alone).getTraceState().isEmpty(), "without traceparent it is nothing");
    }

    @Test
    @DisplayName("WT-7 leaves a tracestate out in which a key is there twice, in one header or in two")
    void duplicates() {
        discarded("foo=1,foo=1");
        discarded("foo=1,foo=2");
        discarded("foo=1", "foo=1");
        discarded("foo=1,bar=2", "baz=3,foo=2");
    }

    @Test
    @DisplayName("WT-8 leaves a tracestate out in which a key is wrong, as its level says what that is")
    void keys() {
        String all = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
        kept(all + "=1");
        kept(all + "@a-z0-9_-*/=1");
        kept("9tenant@vendor=1");
        kept("z".repeat(256) + "=1");
        kept("t".repeat(241) + "@" + "v".repeat(14) + "=1");
        for (String key : List.of("foo ", "FOO", "foo.bar", "", "@foo", "_foo", "-foo", "f\u00f6", "z".repeat(257))) {
            discarded("a=1," + key + "=1,b=2");
        }
        for (String key : List.of(
                "foo@", "foo@@bar", "foo@bar@baz", "t".repeat(242) + "@v", "t@" + "v".repeat(15), "foo@9bar", "9foo")) {
            assertEquals(Map.of(), state(Level.ONE, "a=1", key + "=1"), key);
            assertEquals(
                    List.of("a", key),
                    List.copyOf(state(Level.TWO, "a=1", key + "=1").keySet()));
        }
    }

    @Test
    @DisplayName("WT-9 leaves a tracestate out in which a value is wrong")
    void values() {
        StringBuilder all = new StringBuilder();
        for (char c = ' '; c <= '~'; c++) {
            all.append(c == ',' || c == '=' ? "" : c);
        }
        for (Level level : Level.values()) {
            assertEquals(Map.of("foo", all.toString()), state(level, "foo=" + all));
        }
        kept("foo=" + "v".repeat(256));
        discarded("foo=" + "v".repeat(257) + ",bar=1");
        discarded("foo=bar=baz,a=1");
        discarded("foo=,bar=3");
        discarded("foo,bar=3");
        discarded("foo=b\u00e4r,a=1");
        discarded("foo=b\tr,a=1");
    }

    @Test
    @DisplayName("WT-10 leaves a tracestate out that has more than 32 members")
    void members() {
        String[] headers = new String[4];
        for (int i = 0; i < 32; i++) {
            headers[i / 8] = (i % 8 == 0 ? "" : headers[i / 8] + ",") + "bar" + i + "=" + i;
        }
        for (Level level : Level.values()) {
            assertEquals(32, state(level, headers).size());
        }
        headers[3] += ",one=more";
        discarded(headers);
    }

    @Test
    @DisplayName("WT-11 passes over white space around a traceparent and around members")
    void whiteSpace() {
        for (String parent :
                List.of(" " + PARENT, "\t" + PARENT, PARENT + " ", PARENT + "\t", "\t " + PARENT + " \t")) {
            assertEquals(TRACE, extracted(parent).getTraceId());
        }
        for (Level level : Level.values()) {
            assertEquals(
                    List.of("foo=1", "bar=2", "baz=3"),
                    state(level, "\t foo=1 \t , \t bar=2,\t \tbaz=3 ").entrySet().stream()
                            .map(Object::toString)
                            .toList());
        }
    }

    @Test
    @DisplayName("WT-12 passes the flags on: sampled, random ids, and none that it does not know")
    void flags() {
        for (int flags = 0; flags < 256; flags++) {
            SpanContext span = extracted("00-" + TRACE + "-" + SPAN + "-" + String.format("%02x", flags));
            assertEquals((flags & 1) != 0, span.isSampled());
            Headers headers = new Headers();
            create(Level.TWO).inject(Context.root().with(Span.wrap(span)), headers, (into, name, value) -> {
                if (into != null) {
                    into.add(name, value);
                }
            });
            assertEquals(
                    List.of("00-" + TRACE + "-" + SPAN + "-0" + (flags & 3)),
                    headers.get("traceparent"),
                    "of " + flags);
        }
    }
}
