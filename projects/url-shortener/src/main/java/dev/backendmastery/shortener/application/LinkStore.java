package dev.backendmastery.shortener.application;

import dev.backendmastery.shortener.domain.Link;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where links are kept for good. */
public interface LinkStore {

    /**
     * Makes a link, or returns the one that the same key made before.
     *
     * @param idempotencyKey the caller's, or null
     * @throws dev.backendmastery.shortener.domain.LinkException if the alias is taken or the key was used otherwise
     */
    Link create(long owner, @Nullable String idempotencyKey, NewLink link);

    /** The link of {@code code}. */
    Optional<Link> find(String code);

    /** The links of these codes, in their order; without those that are not there. */
    List<Link> findAll(List<String> codes);

    /** Changes the status and returns the link after it; a banned link stays banned. */
    Link setStatus(String code, Link.Status status);

    /** The owner's links, newest first, with {@code tag} if it is not null. */
    Page list(long owner, @Nullable String tag, @Nullable String cursor, int limit);

    /** A page of links, and the cursor of the next or null if there is none. */
    record Page(List<Link> links, @Nullable String next) {}
}
