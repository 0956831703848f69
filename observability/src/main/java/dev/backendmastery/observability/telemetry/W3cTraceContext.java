package dev.backendmastery.observability.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A span's context in the headers {@code traceparent} and {@code tracestate}.
 *
 * <p><b>Guarantee.</b> What was injected is extracted (WT-1). A {@code traceparent} that is not one, or that is there twice, begins no context: the trace is begun anew (WT-2 to WT-4); one
 * of a version to come is read as far as it is known (WT-5). A {@code tracestate} that stands in several headers is one, in their order (WT-6); one with a key that is wrong or there twice, a wrong
 * value or more than 32 members is left out as a whole, and the trace goes on without (WT-7 to WT-10). What stands around it as white space is none of it (WT-11). The trace's
 * flags come through, that of random ids with them (WT-12).
 *
 * <p><b>Threads.</b> No state. <b>Cost.</b> One look at each character, no regular expressions. <b>Not for</b> deciding whom to believe: whoever may call may also say that he is sampled, see
 * {@link Telemetry.Builder#believeCallersSampling}.
 *
 * <p><b>Source.</b> W3C, <i>Trace Context</i>, Recommendation of 2021 and Level 2.
 */
public final class W3cTraceContext implements TextMapPropagator {

    /** Which of the specification's levels says how a key of {@code tracestate} is made. */
    public enum Level {
        /** {@code key} or {@code tenant@vendor}, the first letter of a vendor being one. */
        ONE,
        /** As One, digits first, and {@code @} anywhere but first. All that One allows is allowed. */
        TWO
    }

    private static final String TRACEPARENT = "traceparent";
    private static final String TRACESTATE = "tracestate";
    private static final List<String> FIELDS = List.of(TRACEPARENT, TRACESTATE);
    private static final int TRACE_ID = 3;
    private static final int SPAN_ID = TRACE_ID + 33;
    private static final int FLAGS = SPAN_ID + 17;
    private static final int LENGTH = FLAGS + 2;
    private static final int KNOWN_FLAGS = 3;

    private final Level level;

    private W3cTraceContext(Level level) {
        this.level = level;
    }

    /** By level two. */
    public static W3cTraceContext create() {
        return of(Level.TWO);
    }

    /** By {@code level}. */
    public static W3cTraceContext of(Level level) {
        return new W3cTraceContext(Objects.requireNonNull(level, "level"));
    }

    @Override
    public Collection<String> fields() {
        return FIELDS;
    }

    @Override
    public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        SpanContext span = Span.fromContext(context).getSpanContext();
        if (!span.isValid()) {
            return;
        }
        char[] text = new char[LENGTH];
        text[0] = '0';
        text[1] = '0';
        text[TRACE_ID - 1] = '-';
        span.getTraceId().getChars(0, TraceId.getLength(), text, TRACE_ID);
        text[SPAN_ID - 1] = '-';
        span.getSpanId().getChars(0, SpanId.getLength(), text, SPAN_ID);
        text[FLAGS - 1] = '-';
        text[FLAGS] = '0';
        text[FLAGS + 1] = (char) ('0' + (span.getTraceFlags().asByte() & KNOWN_FLAGS));
        setter.set(carrier, TRACEPARENT, new String(text));
        TraceState state = span.getTraceState();
        if (!state.isEmpty()) {
            StringBuilder members = new StringBuilder();
            state.forEach((key, value) -> members.append(members.isEmpty() ? "" : ",")
                    .append(key)
                    .append('=')
                    .append(value));
            setter.set(carrier, TRACESTATE, members.toString());
        }
    }

    @Override
    public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        Iterator<String> parents = getter.getAll(carrier, TRACEPARENT);
        if (!parents.hasNext()) {
            return context;
        }
        String parent = trimmed(parents.next());
        if (parents.hasNext() || !isWellFormed(parent)) {
            return context;
        }
        SpanContext span = SpanContext.createFromRemoteParent(
                parent.substring(TRACE_ID, SPAN_ID - 1),
                parent.substring(SPAN_ID, FLAGS - 1),
                TraceFlags.fromByte((byte) (digit(parent.charAt(FLAGS + 1)) & KNOWN_FLAGS)),
                TraceMembers.parse(getter.getAll(carrier, TRACESTATE), level));
        return span.isValid() ? context.with(Span.wrap(span)) : context;
    }

    private static boolean isWellFormed(String parent) {
        if (parent.length() < LENGTH
                || parent.charAt(TRACE_ID - 1) != '-'
                || parent.charAt(SPAN_ID - 1) != '-'
                || parent.charAt(FLAGS - 1) != '-') {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            if (digit(parent.charAt(i)) < 0 && i != TRACE_ID - 1 && i != SPAN_ID - 1 && i != FLAGS - 1) {
                return false;
            }
        }
        boolean known = parent.startsWith("00");
        boolean never = parent.startsWith("ff");
        boolean longer = parent.length() > LENGTH;
        return !never && (!longer || (!known && parent.charAt(LENGTH) == '-'));
    }

    /** Of lower-case hexadecimal, -1 if it is none. */
    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    }

    /** Without the white space that HTTP allows around a value. */
    static String trimmed(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isSpace(value.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(value.charAt(end - 1))) {
            end--;
        }
        return value.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    @Override
    public String toString() {
        return "W3cTraceContext " + level;
    }
}
