package dev.backendmastery.observability.health;

/** Looks whether something that is needed is there. */
@FunctionalInterface
public interface HealthCheck {

    /**
     * Returns if it is there; on a thread that may be interrupted when the check is given up.
     *
     * @throws Exception if it is not; the message is for whoever may see details
     */
    void check() throws Exception;
}
