package dev.backendmastery.security.session;

import java.util.UUID;

/** Hears of sessions that ended before their time: to take back what was given out for them, and to tell their owner of a theft. */
@FunctionalInterface
public interface SessionListener {

    /** Called once for each, after it ended, by the thread that ended it; what this throws reaches that thread's caller, and the session stays ended. */
    void ended(UUID id, String subject, End end);
}
