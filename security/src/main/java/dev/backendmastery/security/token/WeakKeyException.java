package dev.backendmastery.security.token;

/** A key that is not to be used: too short, known to be broken, contradicting itself, or none of ours. It says nothing of the key's secret. */
public final class WeakKeyException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    WeakKeyException(String message) {
        super(message);
    }
}
