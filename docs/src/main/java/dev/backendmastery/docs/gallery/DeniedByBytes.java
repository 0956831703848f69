package dev.backendmastery.docs.gallery;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** <b>Broken on purpose:</b> tokens are taken back by their text, and there is another text for each. */
public final class DeniedByBytes {

    private final Predicate<String> verifier;
    private final Set<String> denied = ConcurrentHashMap.newKeySet();

    /** Believes what the verifier believes and was not denied. */
    public DeniedByBytes(Predicate<String> verifier) {
        this.verifier = verifier;
    }

    /** Takes a token back. */
    public void deny(String token) {
        denied.add(token);
    }

    /** Whether it believes the token. */
    public boolean isBelieved(String token) {
        return !denied.contains(token) && verifier.test(token);
    }
}
