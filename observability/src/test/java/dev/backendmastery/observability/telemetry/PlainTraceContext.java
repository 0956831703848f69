package dev.backendmastery.observability.telemetry;

import dev.backendmastery.observability.telemetry.W3cTraceContext.Level;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Right and slow, with the specification's grammar as patterns; each fault changes one decision. */
final class PlainTraceContext implements TextMapPropagator {

    enum Fault {
        NONE,
        FIRST_PARENT_WINS,
        ANY_CASE,
        VERSION_FF,
        LONGER_VERSION_ZERO,
        ZERO_IDS,
        REFUSES_THE_FUTURE,
        FUTURE_WITHOUT_DASH,
        FIRST_STATE_ONLY,
        STATES_REVERSED,
        FIRST_DUPLICATE_WINS,
        KEEPS_THE_RIGHT_ONES,
        ANY_KEY,
        LEVEL_ONE_ALWAYS,
        LEVEL_TWO_ALWAYS,
        ANY_VALUE,
        MORE_MEMBERS,
        CUTS_AFTER_32,
        KEEPS_WHITE_SPACE,
        SAMPLED_ONLY,
        ALL_FLAGS,
        ALWAYS_SAMPLED
    }

    private static final Pattern LEVEL_ONE =
            Pattern.compile("[a-z][a-z0-9_\\-*/]{0,255}|[a-z0-9][a-z0-9_\\-*/]{0,240}@[a-z][a-z0-9_\\-*/]{0,13}");
    private static final Pattern LEVEL_TWO = Pattern.compile("[a-z0-9][a-z0-9_\\-*/@]{0,255}");
    private static final Pattern VALUE = Pattern.compile("[ -+\\--<>-~]{1,256}");

    private final Level level;
    private final Fault fault;

    PlainTraceContext(Level level, Fault fault) {
        this.level = fault == Fault.LEVEL_ONE_ALWAYS ? Level.ONE : fault == Fault.LEVEL_TWO_ALWAYS ? Level.TWO : level;
        this.fault = fault;
    }

    @Override
    public Collection<String> fields() {
        return List.of("traceparent", "tracestate");
    }

    @Override
    public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        SpanContext span = Span.fromContext(context).getSpanContext();
        if (!span.isValid()) {
            return;
        }
        int mask = fault == Fault.SAMPLED_ONLY ? 1 : fault == Fault.ALL_FLAGS ? 255 : 3;
        setter.set(
                carrier,
                "traceparent",
                String.format(
                        "00-%s-%s-%02x",
                        span.getTraceId(),
                        span.getSpanId(),
                        span.getTraceFlags().asByte() & mask));
        List<String> members = new ArrayList<>();
        span.getTraceState().forEach((key, value) -> members.add(key + "=" + value));
        if (!members.isEmpty()) {
            setter.set(carrier, "tracestate", String.join(",", members));
        }
    }

    @Override
    public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
        List<String> parents = new ArrayList<>();
        getter.getAll(carrier, "traceparent").forEachRemaining(parents::add);
        if (parents.isEmpty() || (parents.size() > 1 && fault != Fault.FIRST_PARENT_WINS)) {
            return context;
        }
        String parent = trim(parents.get(0));
        if (fault == Fault.ANY_CASE) {
            parent = parent.toLowerCase(Locale.ROOT);
        }
        String rest = fault == Fault.FUTURE_WITHOUT_DASH ? "(.*)" : "(-.*)?";
        if (!parent.matches("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}" + rest)
                || (parent.startsWith("ff") && fault != Fault.VERSION_FF)
                || (parent.length() > 55 && parent.startsWith("00") && fault != Fault.LONGER_VERSION_ZERO)
                || (!parent.startsWith("00") && fault == Fault.REFUSES_THE_FUTURE)) {
            return context;
        }
        int flags = Integer.parseInt(parent.substring(53, 55), 16);
        int mask = fault == Fault.SAMPLED_ONLY ? 1 : fault == Fault.ALL_FLAGS ? 255 : 3;
        String trace = parent.substring(3, 35);
        String id = parent.substring(36, 52);
        if (fault == Fault.ZERO_IDS) {
            trace = trace.matches("0+") ? "1".repeat(32) : trace;
            id = id.matches("0+") ? "1".repeat(16) : id;
        }
        SpanContext span = SpanContext.createFromRemoteParent(
                trace,
                id,
                TraceFlags.fromByte((byte) (fault == Fault.ALWAYS_SAMPLED ? 1 : flags & mask)),
                state(carrier, getter));
        return span.isValid() ? context.with(Span.wrap(span)) : context;
    }

    private <C> TraceState state(@Nullable C carrier, TextMapGetter<C> getter) {
        List<String> headers = new ArrayList<>();
        getter.getAll(carrier, "tracestate").forEachRemaining(headers::add);
        if (fault == Fault.FIRST_STATE_ONLY && !headers.isEmpty()) {
            headers = headers.subList(0, 1);
        }
        Map<String, String> members = new LinkedHashMap<>();
        for (String member : String.join(",", headers).split(",", -1)) {
            String text = trim(member);
            if (text.isBlank()) {
                continue;
            }
            String[] pair = text.split("=", 2);
            Pattern keys = level == Level.ONE ? LEVEL_ONE : LEVEL_TWO;
            boolean right = pair.length == 2
                    && (keys.matcher(pair[0]).matches() || fault == Fault.ANY_KEY)
                    && (VALUE.matcher(pair[1]).matches() || fault == Fault.ANY_VALUE);
            if (!right && fault == Fault.KEEPS_THE_RIGHT_ONES) {
                continue;
            }
            if (!right) {
                return TraceState.getDefault();
            }
            if (members.size() == 32 && fault == Fault.CUTS_AFTER_32) {
                break;
            }
            if (members.size() == 32 && fault != Fault.MORE_MEMBERS) {
                return TraceState.getDefault();
            }
            if (members.putIfAbsent(pair[0], pair[1]) != null && fault != Fault.FIRST_DUPLICATE_WINS) {
                return TraceState.getDefault();
            }
        }
        return new PlainState(members, fault == Fault.STATES_REVERSED);
    }

    private String trim(String text) {
        return fault == Fault.KEEPS_WHITE_SPACE ? text : text.replaceAll("^[ \t]+|[ \t]+$", "");
    }
}
