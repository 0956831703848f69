package dev.backendmastery.shortener.application;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds links by words in their titles, tags, aliases and targets. It follows the store a moment behind. */
public interface LinkSearch {

    /**
     * What is wanted.
     *
     * @param owner whose links, or null for everybody's
     * @param words all of which must be found, the last one perhaps as a beginning
     * @param tag that they must have, or null
     * @param limit the most
     */
    record Request(
            @Nullable Long owner, String words, @Nullable String tag, int limit) {}

    /**
     * A link that was found.
     *
     * @param title HTML, with what was found marked; null if nothing in it was
     */
    record Hit(String code, @Nullable String title) {}

    /** How many of all that were found have a tag. */
    record TagCount(String tag, long links) {}

    /**
     * What was found.
     *
     * @param hits best first
     * @param total of all that match
     * @param tags the most frequent first; of what would be found if no tag were asked for
     */
    record Found(List<Hit> hits, long total, List<TagCount> tags) {}

    /**
     * Finds.
     *
     * @throws SearchUnavailableException if the index is not there, or not yet up to the store
     */
    Found find(Request request);
}
