package dev.backendmastery.showcase.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.showcase.view.TraceStore.Back;
import dev.backendmastery.showcase.view.TraceStore.Count;
import dev.backendmastery.showcase.view.TraceStore.Filter;
import dev.backendmastery.showcase.view.TraceStore.Summary;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class TraceStoreTest {

    private static final long MANY_BYTES = 100_000_000;

    private final TraceStore traces = new TraceStore(3, 4, MANY_BYTES);

    private static Span span(String trace, String id, String parent, long start, long end, Span.Link... links) {
        return span(trace, id, parent, start, end, Span.Status.UNSET, Map.of(), links);
    }

    private static Span span(
            String trace,
            String id,
            String parent,
            long start,
            long end,
            Span.Status status,
            Map<String, String> attributes,
            Span.Link... links) {
        return new Span(
                trace,
                id,
                parent,
                "span " + id,
                Span.Kind.SERVER,
                start,
                end,
                status,
                "",
                "service",
                "one",
                "",
                new TreeMap<>(attributes),
                List.of(),
                List.of(links));
    }

    private TraceStore.Trace found(String id) {
        TraceStore.Trace trace = traces.find(id);
        assertNotNull(trace, id);
        return trace;
    }

    private static List<String> ids(List<Summary> summaries) {
        return summaries.stream().map(Summary::id).toList();
    }

    @Test
    void lateSpansJoinTheirTraceAndOneThatArrivesTwiceIsThereOnce() {
        traces.add(span("a", "2", "1", 20, 30));
        assertEquals("2", traces.list(Filter.ALL, 9).get(0).root().spanId());
        traces.add(span("b", "9", "", 0, 1));
        traces.add(span("a", "1", "", 10, 50));
        traces.add(span("a", "1", "", 10, 60));
        assertEquals(
                List.of("1", "2"), found("a").spans().stream().map(Span::spanId).toList());
        Summary summary = traces.list(Filter.ALL, 9).get(0);
        assertEquals("1", summary.root().spanId());
        assertTrue(summary.whole());
        assertEquals(50, summary.nanos());
        assertEquals(3, traces.numbers().spans());
    }

    @Test
    void theTraceThatCameFirstGoesFirstWhole() {
        for (String id : List.of("a", "b", "c", "d")) {
            traces.add(span(id, "1", "", 0, 1));
            traces.add(span(id, "2", "1", 0, 1));
        }
        assertNull(traces.find("a"));
        assertEquals(3, traces.numbers().traces());
        assertEquals(6, traces.numbers().spans());
        assertEquals(1, traces.numbers().tracesLetGo());
        assertEquals(2, traces.numbers().spansLetGo());
    }

    @Test
    void aTraceWithoutEndIsCutAndSaysSo() {
        for (int i = 0; i < 10; i++) {
            traces.add(span("a", "s" + i, "", i, i + 1));
        }
        assertEquals(4, found("a").spans().size());
        assertEquals(6, found("a").spansLetGo());
        assertEquals(6, traces.numbers().spansLetGo());
    }

    @Test
    void whatTakesTooMuchMemoryGoes() {
        TraceStore small = new TraceStore(1_000, 1_000, 100_000);
        for (int i = 0; i < 1_000; i++) {
            small.add(span("t" + i, "1", "", 0, 1, Span.Status.UNSET, Map.of("text", "x".repeat(1_000))));
        }
        assertTrue(small.numbers().bytes() <= 100_000, small.numbers().toString());
        assertTrue(small.numbers().traces() > 10, small.numbers().toString());
        assertNotNull(small.find("t999"));
    }

    @Test
    void aLinkIsFoundFromBothEndsWhicheverComesFirst() {
        traces.add(span("later", "2", "", 5, 6, new Span.Link("first", "1")));
        assertNull(traces.find("first"));
        traces.add(span("first", "1", "", 0, 1));
        assertEquals(List.of(new Back("later", "2", "1")), found("first").linkedFrom());
        assertEquals(
                List.of(new Span.Link("first", "1")),
                found("later").spans().get(0).links());
        traces.add(span("later", "2", "", 5, 6, new Span.Link("first", "1")));
        assertEquals(1, found("first").linkedFrom().size());
        // What linked is let go, and with it the way back.
        traces.add(span("x", "1", "", 0, 1));
        traces.add(span("y", "1", "", 0, 1));
        assertNull(traces.find("later"));
        assertEquals(List.of(), found("first").linkedFrom());
    }

    @Test
    void filtersByRouteErrorsTimeAndDuration() {
        traces.add(span("a", "1", "", 0, 100, Span.Status.UNSET, Map.of("http.route", "/{code}")));
        traces.add(span("b", "1", "", 50, 60, Span.Status.ERROR, Map.of("http.route", "/api/links")));
        traces.add(span("c", "1", "", 60, 90));
        assertEquals(List.of("c", "b", "a"), ids(traces.list(Filter.ALL, 9)));
        assertEquals(List.of("c", "b"), ids(traces.list(Filter.ALL, 2)));
        assertEquals(
                List.of("a", "c", "b"),
                ids(traces.list(new Filter("", true, false, true, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE), 9)));
        assertEquals(
                List.of("a"),
                ids(traces.list(new Filter("/{code}", true, false, false, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE), 9)));
        assertEquals(
                List.of("b"),
                ids(traces.list(new Filter("", true, true, false, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE), 9)));
        assertEquals(List.of("c"), ids(traces.list(new Filter("", true, false, false, 80, 95, 20, 40), 9)));
    }

    @Test
    void probesAreThereForWhoAsksForThem() {
        Map<String, String> probe = Map.of("http.route", "/health/ready", "url.path", "/health/ready");
        traces.add(span("a", "1", "", 0, 10, Span.Status.UNSET, probe));
        Filter none = new Filter("", false, false, false, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE);
        assertEquals(List.of(), traces.list(none, 9));
        assertEquals(List.of(), traces.top("url.path", 0, 9));
        assertEquals(List.of("a"), ids(traces.list(Filter.ALL, 9)));
        Filter route = new Filter("/health/ready", false, false, false, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE);
        assertEquals(List.of("a"), ids(traces.list(route, 9)));
    }

    @Test
    void theSlowestIsTheOneThatWasAnsweredLast() {
        traces.add(span("a", "1", "", 0, 10));
        traces.add(span("a", "2", "1", 20, 900)); // what it led to, later
        traces.add(span("b", "1", "", 0, 50));
        Filter slowest = new Filter("", true, false, true, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE);
        assertEquals(List.of("b", "a"), ids(traces.list(slowest, 9)));
    }

    @Test
    void aHotKeyIsOnTop() {
        traces.add(span("a", "1", "", 0, 10, Span.Status.UNSET, Map.of("url.path", "/hot")));
        traces.add(span("a", "2", "", 0, 10, Span.Status.UNSET, Map.of("url.path", "/hot")));
        traces.add(span("b", "1", "", 0, 10, Span.Status.UNSET, Map.of("url.path", "/b")));
        traces.add(span("b", "2", "", 0, 5, Span.Status.UNSET, Map.of("url.path", "/old")));
        assertEquals(List.of(new Count("/hot", 2), new Count("/b", 1)), traces.top("url.path", 10, 9));
        assertEquals(List.of(new Count("/hot", 2)), traces.top("url.path", 10, 1));
    }

    @Test
    void refusesToKeepNothing() {
        assertThrows(IllegalArgumentException.class, () -> new TraceStore(0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new TraceStore(1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new TraceStore(1, 1, 0));
    }
}
