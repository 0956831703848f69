package dev.backendmastery.core.resilience;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the extra attempts of all callers together: each call pays a fraction of one in, each extra attempt takes one
 * out. Retries and hedges of one downstream share one.
 *
 * <p>Bounds on each call alone let a downstream that is in trouble be hit by <i>attempts</i> times the usual load.
 *
 * <p><b>Guarantee.</b> After n calls at most {@code reserve + perCall x n} extra attempts were allowed (RT-6).
 * <b>Threads.</b> Lock-free. <b>Cost.</b> While all is well the budget is full and a call only reads it.
 * <b>Not for</b> bounding calls themselves: a spent budget suppresses the extra attempt alone (RT-7).
 * <b>Source.</b> Finagle's retry budget.
 */
public final class RetryBudget {

    private static final long ONE = 1_000_000;

    private final long perCall;
    private final long reserve;
    private final AtomicLong balance;

    private RetryBudget(long perCall, long reserve) {
        this.perCall = perCall;
        this.reserve = reserve;
        this.balance = new AtomicLong(reserve);
    }

    /**
     * A budget, full at first.
     *
     * @param perCall extra attempts that each call pays for, from 0 to 1,000
     * @param reserve extra attempts that can be saved up, from 0 to 1,000,000
     * @throws IllegalArgumentException if one is out of its range
     */
    public static RetryBudget of(double perCall, int reserve) {
        if (!(perCall >= 0 && perCall <= 1_000)) {
            throw new IllegalArgumentException("perCall must be from 0 to 1000, was " + perCall);
        }
        Check.range("reserve", reserve, 0, 1_000_000);
        return new RetryBudget(Math.round(perCall * ONE), reserve * ONE);
    }

    /** Pays for a call. */
    public void deposit() {
        for (long saved = balance.get(); saved < reserve; saved = balance.get()) {
            if (balance.compareAndSet(saved, Math.min(saved + perCall, reserve))) {
                return;
            }
        }
    }

    /** Takes one extra attempt out; false, and nothing taken, if there is none. */
    public boolean tryWithdraw() {
        for (long saved = balance.get(); saved >= ONE; saved = balance.get()) {
            if (balance.compareAndSet(saved, saved - ONE)) {
                return true;
            }
        }
        return false;
    }

    /** How many extra attempts would be allowed now. */
    public long available() {
        return balance.get() / ONE;
    }
}
