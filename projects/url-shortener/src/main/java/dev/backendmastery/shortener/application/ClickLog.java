package dev.backendmastery.shortener.application;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;

/** Who followed which link; what was recorded is never lost. */
public interface ClickLog extends AutoCloseable {

    /** What kind of request it was. */
    enum Kind {
        /** A GET by what calls itself no robot. */
        VISIT,
        /** A GET by a robot. */
        BOT,
        /** A HEAD, which follows nothing. */
        HEAD
    }

    /** One request; {@code referrer} is a host, or empty. */
    record Click(UUID id, long linkId, Instant at, Kind kind, String referrer) {}

    /** Records the click; when this returns it is on disk. Recording the same id again changes nothing. */
    void record(Click click);

    /** Records the click if the link was visited less than {@code maxVisits} times; false if it was not recorded. */
    boolean recordWithin(Click click, long maxVisits);

    /** What was recorded of a link. */
    Summary summary(long linkId);

    /** Counts by kind, visits by day (UTC) and the ten referrers with most visits. */
    record Summary(long visits, long bots, long heads, SortedMap<LocalDate, Long> days, List<Referrer> referrers) {}

    /** A referring host and its visits. */
    record Referrer(String host, long visits) {}

    @Override
    void close();
}
