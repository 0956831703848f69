package dev.backendmastery.core.resilience;

/** A bulkhead has no room for the call, or had none in time. The call was not made. */
public final class BulkheadFullException extends RejectedException {

    private static final long serialVersionUID = 1L;

    /** {@code inFlight} calls run and {@code waiting} wait; {@code why} says which of the bounds was met. */
    public BulkheadFullException(String why, int inFlight, int waiting) {
        super(why + "; " + inFlight + " calls in flight, " + waiting + " waiting");
    }
}
