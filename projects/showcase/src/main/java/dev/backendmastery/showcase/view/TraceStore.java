package dev.backendmastery.showcase.view;

import dev.backendmastery.showcase.view.Span.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The last traces, whole. When there are too many, or they take too much memory, the one that began to arrive first is let go; spans that arrive late join theirs, and one that
 * arrives twice is there once. A link is found from both of its ends.
 *
 * <p><b>Threads.</b> Safe for any number; one at a time. <b>Cost.</b> At most the given bytes, roughly.
 */
final class TraceStore {

    private static final int LINKS_BACK = 64;

    private final int maxTraces;
    private final int maxSpans;
    private final long maxBytes;
    private final Map<String, Kept> traces = new LinkedHashMap<>();
    /** By the trace that links go to; also one that is not here, or not yet. */
    private final Map<String, Set<Back>> back = new HashMap<>();

    private long bytes;
    private long spans;
    private long tracesLetGo;
    private long spansLetGo;

    /** Up to {@code maxTraces} traces of {@code maxSpans} spans each, of {@code maxBytes} together. */
    TraceStore(int maxTraces, int maxSpans, long maxBytes) {
        if (maxTraces < 1 || maxSpans < 1 || maxBytes < 1) {
            throw new IllegalArgumentException("maxTraces, maxSpans and maxBytes must be at least 1, were " + maxTraces
                    + ", " + maxSpans + " and " + maxBytes);
        }
        this.maxTraces = maxTraces;
        this.maxSpans = maxSpans;
        this.maxBytes = maxBytes;
    }

    private static final class Kept {
        private final Map<String, Span> spans = new LinkedHashMap<>();
        private int letGo;
        private long bytes;
    }

    /** A span that links to {@code toSpan}. */
    record Back(String traceId, String spanId, String toSpan) {}

    /** A trace: its spans by their starts, what links to it from elsewhere, and how many spans it had no room for. */
    record Trace(String id, List<Span> spans, List<Back> linkedFrom, int spansLetGo) {}

    /**
     * A line in a list.
     *
     * @param root its first span: the one without a parent, or the earliest if that one is not here
     */
    record Summary(String id, Span root, int spans, int errors, long startNanos, long nanos, boolean whole) {}

    /**
     * What to look for.
     *
     * @param route of the root's {@code http.route}, or of its name; empty for any
     * @param probes also those of health, which nobody but the view asks for
     * @param slowest slowest first, instead of latest first
     * @param endFrom of the root's end, in nanoseconds since 1970
     * @param minNanos of the root's duration
     */
    record Filter(
            String route,
            boolean probes,
            boolean errorsOnly,
            boolean slowest,
            long endFrom,
            long endTo,
            long minNanos,
            long maxNanos) {
        static final Filter ALL = new Filter("", true, false, false, 0, Long.MAX_VALUE, 0, Long.MAX_VALUE);
    }

    /** How often a value occurs. */
    record Count(String value, int count) {}

    /** What is here and what was let go. */
    record Numbers(int traces, long spans, long bytes, long tracesLetGo, long spansLetGo) {}

    /** Keeps a span. */
    synchronized void add(Span span) {
        Kept kept = traces.computeIfAbsent(span.traceId(), id -> new Kept());
        Span before = kept.spans.get(span.spanId());
        if (before == null && kept.spans.size() >= maxSpans) {
            kept.letGo++;
            spansLetGo++;
            return;
        }
        if (before != null) {
            unlink(before);
            account(kept, -before.bytes(), -1);
        }
        kept.spans.put(span.spanId(), span);
        account(kept, span.bytes(), 1);
        for (Span.Link link : span.links()) {
            Set<Back> known = back.computeIfAbsent(link.traceId(), id -> new LinkedHashSet<>());
            if (known.size() < LINKS_BACK) {
                known.add(new Back(span.traceId(), span.spanId(), link.spanId()));
            }
        }
        while (traces.size() > maxTraces || (bytes > maxBytes && traces.size() > 1)) {
            letGoTheOldest();
        }
    }

    private void account(Kept kept, long moreBytes, int moreSpans) {
        kept.bytes += moreBytes;
        bytes += moreBytes;
        spans += moreSpans;
    }

    private void letGoTheOldest() {
        Iterator<Kept> oldest = traces.values().iterator();
        Kept gone = oldest.next();
        oldest.remove();
        gone.spans.values().forEach(this::unlink);
        bytes -= gone.bytes;
        spans -= gone.spans.size();
        tracesLetGo++;
        spansLetGo += gone.spans.size();
    }

    private void unlink(Span span) {
        for (Span.Link link : span.links()) {
            Set<Back> known = back.get(link.traceId());
            if (known != null) {
                known.remove(new Back(span.traceId(), span.spanId(), link.spanId()));
                if (known.isEmpty()) {
                    back.remove(link.traceId());
                }
            }
        }
    }

    /** The trace, or null if it is not here. */
    synchronized @Nullable Trace find(String id) {
        Kept kept = traces.get(id);
        if (kept == null) {
            return null;
        }
        return new Trace(
                id,
                kept.spans.values().stream()
                        .sorted(Comparator.comparingLong(Span::startNanos).thenComparing(Span::spanId))
                        .toList(),
                List.copyOf(back.getOrDefault(id, Set.of())),
                kept.letGo);
    }

    /** At most {@code limit} of those that pass. */
    synchronized List<Summary> list(Filter filter, int limit) {
        List<Summary> found = new ArrayList<>();
        traces.forEach((id, kept) -> {
            if (!kept.spans.isEmpty()) {
                Summary summary = summary(id, kept);
                if (passes(filter, summary)) {
                    found.add(summary);
                }
            }
        });
        found.sort(
                filter.slowest
                        ? Comparator.comparingLong((Summary summary) -> summary.root.nanos())
                                .reversed()
                        : Comparator.comparingLong(Summary::startNanos).reversed());
        return found.subList(0, Math.min(limit, found.size()));
    }

    private static boolean passes(Filter filter, Summary summary) {
        long end = summary.root.endNanos();
        long nanos = summary.root.nanos();
        return (filter.route.isEmpty()
                        ? filter.probes || !isProbe(summary.root)
                        : filter.route.equals(route(summary.root)))
                && !(filter.errorsOnly && summary.errors == 0)
                && end >= filter.endFrom
                && end <= filter.endTo
                && nanos >= filter.minNanos
                && nanos <= filter.maxNanos;
    }

    private static Summary summary(String id, Kept kept) {
        Span root = null;
        long start = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        int errors = 0;
        boolean whole = false;
        for (Span span : kept.spans.values()) {
            boolean first = span.parentId().isEmpty();
            if (root == null || (first && !whole) || (first == whole && span.startNanos() < root.startNanos())) {
                root = span;
            }
            whole |= first;
            start = Math.min(start, span.startNanos());
            end = Math.max(end, span.endNanos());
            errors += span.failed() ? 1 : 0;
        }
        if (root == null) {
            throw new IllegalStateException("a trace has a span at least");
        }
        return new Summary(id, root, kept.spans.size(), errors, start, Math.max(0, end - start), whole);
    }

    /** The route of a request, or the span's name. */
    static String route(Span span) {
        return span.attributes().getOrDefault("http.route", span.name());
    }

    private static boolean isProbe(Span span) {
        return span.attributes().getOrDefault("http.route", "").startsWith("/health");
    }

    /** The values of an attribute of the server's spans, but the probes', that ended at {@code sinceNanos} or later, most frequent first. */
    synchronized List<Count> top(String attribute, long sinceNanos, int limit) {
        Map<String, Integer> counts = new HashMap<>();
        for (Kept kept : traces.values()) {
            for (Span span : kept.spans.values()) {
                String value = span.attributes().get(attribute);
                if (value != null && span.kind() == Kind.SERVER && span.endNanos() >= sinceNanos && !isProbe(span)) {
                    counts.merge(value, 1, Integer::sum);
                }
            }
        }
        return counts.entrySet().stream()
                .map(entry -> new Count(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingInt(Count::count).reversed().thenComparing(Count::value))
                .limit(limit)
                .toList();
    }

    /** What is here. */
    synchronized Numbers numbers() {
        return new Numbers(traces.size(), spans, bytes, tracesLetGo, spansLetGo);
    }
}
