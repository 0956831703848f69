package dev.backendmastery.docs.gallery;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** <b>Broken on purpose:</b> the message of a change comes between the reading and the keeping, and finds nothing to drop. */
public final class OvertakenCopy {

    private final Map<String, String> near = new ConcurrentHashMap<>();
    private final UnaryOperator<String> far;

    /** Keeps copies of what {@code far} answers. */
    public OvertakenCopy(UnaryOperator<String> far) {
        this.far = far;
    }

    /** The copy, or what {@code far} answers, kept. */
    public String get(String key) {
        String copy = near.get(key);
        if (copy != null) {
            return copy;
        }
        String value = far.apply(key);
        near.put(key, value); // by now it may have changed, and nobody will say so again
        return value;
    }

    /** The message that {@code key} has changed. */
    public void changed(String key) {
        near.remove(key);
    }
}
