package dev.backendmastery.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

/** The history of what a limiter granted, and the question whether any interval of it held too much. */
final class Grants {

    private record Grant(long at, long permits) {}

    private final List<Grant> grants = new ArrayList<>();

    /** Notes that {@code permits} may be used from {@code at} nanoseconds on. */
    void add(long at, long permits) {
        grants.add(new Grant(at, permits));
    }

    long total() {
        return grants.stream().mapToLong(Grant::permits).sum();
    }

    /**
     * Fails with the smallest counterexample if some interval of length t holds more than {@code burst + rate x t}.
     *
     * <p>An interval need only be tried from a grant to a grant. With {@code f(i) = permits before i - rate x time of i}
     * the question becomes whether {@code f} ever rises by more than the burst, and one pass answers it.
     */
    void assertWithin(long burst, Rate rate) {
        grants.sort((a, b) -> Long.compare(a.at - b.at, 0));
        double perNano = (double) rate.permits() / rate.period().toNanos();
        long before = 0;
        long origin = grants.isEmpty() ? 0 : grants.get(0).at;
        double lowest = Double.MAX_VALUE;
        long lowestAt = 0;
        long lowestBefore = 0;
        for (Grant grant : grants) {
            double due = (grant.at - origin) * perNano;
            if (before - due < lowest) {
                lowest = before - due;
                lowestAt = grant.at;
                lowestBefore = before;
            }
            before += grant.permits;
            long from = lowestAt;
            long granted = before - lowestBefore;
            assertTrue(
                    before - due - lowest <= burst + 1e-6,
                    () -> granted + " permits granted within " + (grant.at - from) + " ns, allowed are " + burst + " + "
                            + (grant.at - from) * perNano);
        }
    }
}
