package dev.backendmastery.databases.tx;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the re-runs of all callers together: each call pays a fraction of a re-run in, each re-run takes one out.
 *
 * <p>Bounds on each call alone let a database that is in trouble be hit by <i>attempts</i> times the usual load; a shared
 * budget lets it be hit by at most 1 + {@code perCall} times, once the reserve is spent.
 *
 * <p><b>Threads.</b> Safe for any number of threads, lock-free. <b>Source.</b> Finagle's retry budget.
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
     * @param perCall re-runs that each call pays for, from 0 to 1,000
     * @param reserve re-runs that can be saved up, from 0 to 1,000,000
     * @throws IllegalArgumentException if one is out of its range
     */
    public static RetryBudget of(double perCall, int reserve) {
        if (!(perCall >= 0 && perCall <= 1_000)) {
            throw new IllegalArgumentException("perCall must be from 0 to 1000, was " + perCall);
        }
        if (reserve < 0 || reserve > 1_000_000) {
            throw new IllegalArgumentException("reserve must be from 0 to 1000000, was " + reserve);
        }
        return new RetryBudget(Math.round(perCall * ONE), reserve * ONE);
    }

    /** Pays for a call. */
    void deposit() {
        balance.getAndUpdate(saved -> Math.min(saved + perCall, reserve));
    }

    /** Takes one re-run out; false, and nothing taken, if there is none. */
    boolean tryWithdraw() {
        return balance.getAndUpdate(saved -> saved >= ONE ? saved - ONE : saved) >= ONE;
    }
}
