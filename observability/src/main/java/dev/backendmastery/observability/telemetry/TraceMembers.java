package dev.backendmastery.observability.telemetry;

import dev.backendmastery.observability.telemetry.W3cTraceContext.Level;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A {@code tracestate} in its order. The API's own refuses keys that level two allows, and takes what is left of one that is wrong. */
final class TraceMembers implements TraceState {

    private static final int MOST = 32;
    private static final int LONGEST_KEY = 256;
    private static final int LONGEST_TENANT = 241;
    private static final int LONGEST_VENDOR = 14;
    private static final int LONGEST_VALUE = 256;

    private final Map<String, String> members;

    private TraceMembers(Map<String, String> members) {
        this.members = Collections.unmodifiableMap(members);
    }

    /** All headers together; empty if anything in them is wrong. */
    static TraceState parse(Iterator<String> headers, Level level) {
        if (!headers.hasNext()) {
            return TraceState.getDefault();
        }
        Map<String, String> members = new LinkedHashMap<>();
        while (headers.hasNext()) {
            String header = headers.next();
            for (int start = 0; start <= header.length(); ) {
                int comma = header.indexOf(',', start);
                int end = comma < 0 ? header.length() : comma;
                String member = W3cTraceContext.trimmed(header.substring(start, end));
                start = end + 1;
                if (!member.isEmpty() && !add(members, member, level)) {
                    return TraceState.getDefault();
                }
            }
        }
        return members.isEmpty() ? TraceState.getDefault() : new TraceMembers(members);
    }

    private static boolean add(Map<String, String> members, String member, Level level) {
        int equals = member.indexOf('=');
        if (equals < 0 || members.size() == MOST) {
            return false;
        }
        String key = member.substring(0, equals);
        String value = member.substring(equals + 1);
        return isKey(key, level) && isValue(value) && members.put(key, value) == null;
    }

    private static boolean isKey(String key, Level level) {
        if (key.isEmpty() || key.length() > LONGEST_KEY) {
            return false;
        }
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            boolean first = i == 0;
            if (!isLetter(c) && !isDigit(c) && (first || "_-*/@".indexOf(c) < 0)) {
                return false;
            }
        }
        if (level == Level.TWO) {
            return true;
        }
        int at = key.indexOf('@');
        if (at < 0) {
            return isLetter(key.charAt(0));
        }
        int vendor = key.length() - at - 1;
        return at <= LONGEST_TENANT
                && vendor >= 1
                && vendor <= LONGEST_VENDOR
                && isLetter(key.charAt(at + 1))
                && key.indexOf('@', at + 1) < 0;
    }

    private static boolean isValue(String value) {
        if (value.isEmpty() || value.length() > LONGEST_VALUE) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~' || c == ',' || c == '=') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    @Override
    public @Nullable String get(String key) {
        return members.get(key);
    }

    @Override
    public int size() {
        return members.size();
    }

    @Override
    public boolean isEmpty() {
        return members.isEmpty();
    }

    @Override
    public void forEach(BiConsumer<String, String> each) {
        members.forEach(each);
    }

    @Override
    public Map<String, String> asMap() {
        return members;
    }

    @Override
    public TraceStateBuilder toBuilder() {
        return new Builder(members);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TraceState state && state.asMap().equals(members);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }

    @Override
    public String toString() {
        return members.toString();
    }

    /** Whoever changes a member puts it first; where there is no room the last one goes. */
    private static final class Builder implements TraceStateBuilder {

        private final Map<String, String> members;

        Builder(Map<String, String> members) {
            this.members = new LinkedHashMap<>(members);
        }

        @Override
        public TraceStateBuilder put(String key, String value) {
            if (isKey(key, Level.TWO) && isValue(value)) {
                members.remove(key);
                Map<String, String> behind = new LinkedHashMap<>(members);
                members.clear();
                members.put(key, value);
                behind.forEach((k, v) -> {
                    if (members.size() < MOST) {
                        members.put(k, v);
                    }
                });
            }
            return this;
        }

        @Override
        public TraceStateBuilder remove(String key) {
            members.remove(key);
            return this;
        }

        @Override
        public TraceState build() {
            return members.isEmpty() ? TraceState.getDefault() : new TraceMembers(new LinkedHashMap<>(members));
        }
    }
}
