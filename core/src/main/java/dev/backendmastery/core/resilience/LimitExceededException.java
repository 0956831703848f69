package dev.backendmastery.core.resilience;

/** As many calls are in flight as an adaptive limit allows at present. The call was not made. */
public final class LimitExceededException extends RejectedException {

    private static final long serialVersionUID = 1L;

    /** The limit stood at {@code limit}. */
    public LimitExceededException(int limit) {
        super("the limit of " + limit + " calls in flight is reached");
    }
}
