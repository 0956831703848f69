package dev.backendmastery.observability.telemetry;

import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A list of members that nobody checks. */
final class PlainState implements TraceState {

    private final Map<String, String> members = new LinkedHashMap<>();

    PlainState(Map<String, String> given, boolean reversed) {
        List<String> keys = new ArrayList<>(given.keySet());
        if (reversed) {
            Collections.reverse(keys);
        }
        keys.forEach(key -> members.put(key, given.getOrDefault(key, "")));
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
        throw new UnsupportedOperationException("nobody changes it here");
    }
}
