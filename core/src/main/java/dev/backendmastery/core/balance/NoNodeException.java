package dev.backendmastery.core.balance;

/** There is no node to send a call to. */
public final class NoNodeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoNodeException() {
        super("there is no node to pick");
    }
}
