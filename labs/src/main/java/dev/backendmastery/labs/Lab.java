package dev.backendmastery.labs;

import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.ratelimit.RateLimiter;
import dev.backendmastery.core.time.Ticker;
import java.util.List;
import java.util.Optional;

/**
 * An assignment.
 *
 * @param id its name on the command line and the name of its folder
 * @param title what is built
 * @param solution the class that a learner writes, in the unnamed package
 * @param contract what that class must implement
 * @param arguments the parameters of its constructor
 * @param kit the clauses: a concrete JUnit class that creates the solution through {@link Solution}
 */
record Lab(String id, String title, String solution, Class<?> contract, List<Class<?>> arguments, Class<?> kit) {

    static final Lab RATE_LIMITER = new Lab(
            "rate-limiter",
            "A rate limiter",
            "MyRateLimiter",
            RateLimiter.class,
            List.of(Rate.class, Ticker.class),
            RateLimiterLab.class);

    static final List<Lab> ALL = List.of(RATE_LIMITER);

    static Optional<Lab> find(String id) {
        return ALL.stream().filter(lab -> lab.id.equals(id)).findFirst();
    }
}
