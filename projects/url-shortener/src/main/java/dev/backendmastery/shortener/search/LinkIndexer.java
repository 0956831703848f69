package dev.backendmastery.shortener.search;

import dev.backendmastery.search.index.SearchIndex;
import dev.backendmastery.shortener.postgres.LinkFeed;
import dev.backendmastery.shortener.postgres.LinkFeed.Change;
import dev.backendmastery.shortener.postgres.LinkFeed.Place;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the links into an index: all of them first, then what changes. What fails is tried again. */
public final class LinkIndexer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LinkIndexer.class);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int PAGE = 1_000;

    /** Where the links go. */
    interface Target {
        /** Opens it, if it is not open; called before the others, again and again. */
        SearchIndex open();

        /** Takes links; those with a version that is not newer than what it has change nothing. */
        void take(List<Change> changes);

        /** Makes what was taken visible. */
        void show();
    }

    private final LinkFeed feed;
    private final Target target;
    private final ScheduledExecutorService thread;
    private Place place = Place.START;
    private boolean failed;
    private volatile @Nullable SearchIndex index;
    private volatile boolean upToDate;

    LinkIndexer(LinkFeed feed, Target target) {
        this.feed = feed;
        this.target = target;
        thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread made = new Thread(work, "link-indexer");
            made.setDaemon(true);
            return made;
        });
    }

    void start() {
        var unused = thread.scheduleWithFixedDelay(this::follow, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void follow() {
        try {
            index = target.open();
            boolean[] changed = new boolean[1];
            Place next = feed.read(place, PAGE, changes -> {
                target.take(changes);
                changed[0] = true;
            });
            if (changed[0]) {
                target.show();
            }
            place = next;
            upToDate = true;
            failed = false;
        } catch (RuntimeException e) {
            if (!failed) {
                LOG.warn("links are not searched as they are; tried again in {}", PAUSE, e);
            }
            failed = true;
        }
    }

    /** The index, once all links were read into it; null before. */
    @Nullable
    SearchIndex index() {
        return upToDate ? index : null;
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("the indexer does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
