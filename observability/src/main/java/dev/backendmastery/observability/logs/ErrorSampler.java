package dev.backendmastery.observability.logs;

import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Lets the first few of each kind of error through, then each power of two, so that an error that comes all the time does not hide all others, and still says how often it came.
 *
 * <p>Of one kind are errors of one logger with an exception of one class from one line of code; without an exception, of one template.
 *
 * <p><b>Guarantee.</b> The first are let through, then the 2nd, 4th, 8th and so on, as far as they are more (ES-1), each kind by itself (ES-2), and from the beginning after each window (ES-3);
 * what is no error always (ES-4). As many kinds are known as said: of more the one that came longest ago is forgotten, and begins anew (ES-5). None is counted twice or lost between threads
 * (ES-6). An exception that cannot tell where it was made is one of its class (ES-7).
 *
 * <p><b>Threads.</b> Safe for any number; one lock, for errors only. <b>Cost.</b> A look-up; the frames of the exception. <b>Not for</b> audits: what must all be kept is no error.
 */
public final class ErrorSampler {

    private static final int LONGEST = 256;

    private final int first;
    private final long window;
    private final int kinds;
    private final Ticker ticker;
    private final Map<String, Count> counts = new LinkedHashMap<>(16, 0.75f, true);
    private long left;
    private long forgotten;

    private static final class Count {
        private long since;
        private long seen;
    }

    /** What was done: how many were left out, and how many kinds were forgotten for want of room. */
    public record Stats(long leftOut, long forgotten) {}

    /**
     * Lets through as said.
     *
     * @param first how many of a kind come first, from 1 to 1,000
     * @param window after which time the count of a kind begins anew, from 1 s to 1 day
     * @param kinds how many are known, from 1 to 100,000
     */
    public ErrorSampler(int first, Duration window, int kinds, Ticker ticker) {
        if (first < 1 || first > 1_000) {
            throw new IllegalArgumentException("first must be from 1 to 1000, was " + first);
        }
        if (window.compareTo(Duration.ofSeconds(1)) < 0 || window.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("window must be from 1 s to 1 day, was " + window);
        }
        if (kinds < 1 || kinds > 100_000) {
            throw new IllegalArgumentException("kinds must be from 1 to 100000, was " + kinds);
        }
        this.first = first;
        this.window = window.toNanos();
        this.kinds = kinds;
        this.ticker = Objects.requireNonNull(ticker, "ticker");
    }

    /**
     * Whether this one is let through.
     *
     * @param template the message without its arguments, as it stands in the code
     * @return 0 if it is left out; else how many of its kind there were in this window, with it
     */
    public long admit(Level level, String logger, String template, @Nullable Throwable throwable) {
        if (level != Level.ERROR) {
            return 1;
        }
        String kind = kind(logger, template, throwable);
        synchronized (counts) {
            long now = ticker.nanos();
            Count count = counts.get(kind);
            if (count == null) {
                count = new Count();
                count.since = now;
                forgetOne();
                counts.put(kind, count);
            } else if (now - count.since >= window) {
                count.since = now;
                count.seen = 0;
            }
            long seen = ++count.seen;
            if (seen <= first || Long.bitCount(seen) == 1) {
                return seen;
            }
            left++;
            return 0;
        }
    }

    /** What was done so far. */
    public Stats stats() {
        synchronized (counts) {
            return new Stats(left, forgotten);
        }
    }

    private void forgetOne() {
        if (counts.size() == kinds) {
            var eldest = counts.entrySet().iterator();
            eldest.next();
            eldest.remove();
            forgotten++;
        }
    }

    private static String kind(String logger, String template, @Nullable Throwable throwable) {
        if (throwable == null) {
            return cut(logger) + '\n' + cut(template);
        }
        return cut(logger) + '\n' + throwable.getClass().getName() + '\n' + cut(madeIn(throwable));
    }

    private static String madeIn(Throwable throwable) {
        try {
            StackTraceElement[] frames = throwable.getStackTrace();
            return frames.length == 0 ? "" : frames[0].toString();
        } catch (RuntimeException e) {
            return "";
        }
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }
}
