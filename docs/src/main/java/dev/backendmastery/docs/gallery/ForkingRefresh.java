package dev.backendmastery.docs.gallery;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** <b>Broken on purpose:</b> each token is good once, but nobody asks what it means that one comes twice. */
public final class ForkingRefresh {

    private final Map<String, String> subjects = new ConcurrentHashMap<>();
    private final Runnable meanwhile;

    /** {@code meanwhile} runs between the look and the change, as others do. */
    public ForkingRefresh(Runnable meanwhile) {
        this.meanwhile = meanwhile;
    }

    /** A first token. */
    public String signIn(String subject) {
        String token = UUID.randomUUID().toString();
        subjects.put(token, subject);
        return token;
    }

    /** The next token, or null if this one is no good. */
    public @Nullable String refresh(String token) {
        String subject = subjects.get(token);
        if (subject == null) {
            return null;
        }
        meanwhile.run();
        subjects.remove(token);
        return signIn(subject);
    }
}
