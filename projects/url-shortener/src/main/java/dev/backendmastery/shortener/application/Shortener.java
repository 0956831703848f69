package dev.backendmastery.shortener.application;

import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.core.id.IdGenerator;
import dev.backendmastery.shortener.application.ClickLog.Click;
import dev.backendmastery.shortener.application.ClickLog.Kind;
import dev.backendmastery.shortener.domain.Aliases;
import dev.backendmastery.shortener.domain.Link;
import dev.backendmastery.shortener.domain.LinkException;
import dev.backendmastery.shortener.domain.LinkException.Reason;
import dev.backendmastery.shortener.domain.Targets;
import dev.backendmastery.shortener.domain.Titles;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The use cases.
 *
 * <p>A link is looked up in this process, then in the cache that the processes share, then in the store. A change is
 * written to the store, then removed from the shared cache and from this process; other processes hold what they have
 * for at most the lifetime of their own cache. Expiry needs no such bound: its time is part of the link and compared
 * when the link is followed.
 */
public final class Shortener {

    private static final Pattern BOT =
            Pattern.compile("bot|crawl|spider|slurp|preview|curl|wget|python-|headlesschrome");
    private static final int MOST_QUERY = 200;
    private static final long MOST_VISITS = 1_000_000_000L;

    private final LinkStore store;
    private final ClickLog clicks;
    private final LinkHistory history;
    private final LinkSearch search;
    private final Cache<String, Link> near;
    private final Cache<String, Link> shared;
    private final Targets targets;
    private final IdGenerator<UUID> clickIds;
    private final InstantSource clock;

    /** The use cases over these ports; {@code near} is this process's own cache, {@code shared} that of all. */
    public Shortener(
            LinkStore store,
            ClickLog clicks,
            LinkHistory history,
            LinkSearch search,
            Cache<String, Link> near,
            Cache<String, Link> shared,
            Targets targets,
            IdGenerator<UUID> clickIds,
            InstantSource clock) {
        this.store = store;
        this.clicks = clicks;
        this.history = history;
        this.search = search;
        this.near = near;
        this.shared = shared;
        this.targets = targets;
        this.clickIds = clickIds;
        this.clock = clock;
    }

    /** What a caller asks for when making a link, unchecked. */
    public record Wish(
            @Nullable String target,
            @Nullable String title,
            @Nullable String alias,
            @Nullable Instant expiresAt,
            @Nullable Long maxVisits,
            @Nullable List<String> tags) {}

    /**
     * Makes a link, or returns the one that the same idempotency key made before.
     *
     * @throws LinkException if the wish breaks a rule; nothing was made
     */
    public Link create(Caller caller, @Nullable String idempotencyKey, Wish wish) {
        if (wish.target() == null) {
            throw LinkException.invalid("target is missing");
        }
        if (idempotencyKey != null && (idempotencyKey.isEmpty() || idempotencyKey.length() > 100)) {
            throw LinkException.invalid("idempotency key must be 1 to 100 characters");
        }
        if (wish.maxVisits() != null && (wish.maxVisits() < 1 || wish.maxVisits() > MOST_VISITS)) {
            throw LinkException.invalid("maxVisits must be from 1 to " + MOST_VISITS + ", was " + wish.maxVisits());
        }
        if (wish.expiresAt() != null && !wish.expiresAt().isAfter(clock.instant())) {
            throw LinkException.invalid("expiresAt must be in the future, was " + wish.expiresAt());
        }
        NewLink checked = new NewLink(
                targets.check(wish.target()),
                Titles.check(wish.title()),
                wish.alias() == null ? null : Aliases.check(wish.alias()),
                wish.expiresAt(),
                wish.maxVisits(),
                Aliases.checkTags(wish.tags() == null ? List.of() : wish.tags()));
        return store.create(caller.account(), idempotencyKey, checked);
    }

    /** The caller's own link, or any if he is an administrator. */
    public Link find(Caller caller, String code) {
        Link link = store.find(code).orElseThrow(() -> LinkException.notFound(code));
        if (link.owner() != caller.account() && !caller.admin()) {
            throw LinkException.notFound(code); // whose it is, is nobody else's business
        }
        return link;
    }

    /** The caller's links, newest first. */
    public LinkStore.Page list(Caller caller, @Nullable String tag, @Nullable String cursor, int limit) {
        checkLimit(limit);
        return store.list(caller.account(), tag, cursor, limit);
    }

    /** A link that was found, as it is now, and its title as HTML if something was found there. */
    public record FoundLink(Link link, @Nullable String marked) {}

    /** What was found; {@code total} and {@code tags} as of a moment ago. */
    public record FoundLinks(List<FoundLink> links, long total, List<LinkSearch.TagCount> tags) {}

    /**
     * The caller's own links by words, or anybody's if he is an administrator, best first.
     *
     * @throws SearchUnavailableException if they cannot be searched now
     */
    public FoundLinks search(Caller caller, @Nullable String words, @Nullable String tag, int limit) {
        checkLimit(limit);
        if (words == null || words.isBlank() || words.length() > MOST_QUERY) {
            throw LinkException.invalid("q must be from 1 to " + MOST_QUERY + " characters");
        }
        LinkSearch.Found found =
                search.find(new LinkSearch.Request(caller.admin() ? null : caller.account(), words, tag, limit));
        Map<String, LinkSearch.Hit> hits = new LinkedHashMap<>();
        found.hits().forEach(hit -> hits.put(hit.code(), hit));
        // The index says which; what they are, and whose, the store says.
        List<FoundLink> links = store.findAll(List.copyOf(hits.keySet())).stream()
                .filter(link -> link.owner() == caller.account() || caller.admin())
                .map(link -> new FoundLink(
                        link, Objects.requireNonNull(hits.get(link.code())).title()))
                .toList();
        return new FoundLinks(links, found.total(), found.tags());
    }

    private static void checkLimit(int limit) {
        if (limit < 1 || limit > 100) {
            throw LinkException.invalid("limit must be from 1 to 100, was " + limit);
        }
    }

    /** Switches a link off or on, or bans it, which only an administrator may. */
    public Link setStatus(Caller caller, String code, Link.Status status) {
        Link before = find(caller, code);
        if (status == Link.Status.BANNED && !caller.admin()) {
            throw new LinkException(Reason.FORBIDDEN, "only an administrator may ban");
        }
        Link after = store.setStatus(before.code(), status);
        try {
            shared.remove(code);
        } finally {
            near.remove(code);
        }
        return after;
    }

    /** What was recorded of a link. */
    public ClickLog.Summary stats(Caller caller, String code) {
        return clicks.summary(find(caller, code).id());
    }

    /** What happened to a link, as far as it was told of. */
    public List<LinkEvent> history(Caller caller, String code) {
        return history.of(find(caller, code).id(), code);
    }

    /** A request to follow a link. */
    public record Visit(
            String code,
            boolean head,
            @Nullable String userAgent,
            @Nullable String referrer) {}

    /** What became of it. */
    public sealed interface Answer {
        /** Follow to {@code target}; the click is recorded. */
        record Redirect(String target) implements Answer {}

        /** There was such a link, but it may not be followed. */
        record Gone(Link.Refusal refusal) implements Answer {}

        /** There is no such link. */
        record Unknown() implements Answer {}
    }

    /** Follows a link: when a redirect is returned, its click is recorded for good. */
    public Answer visit(Visit visit) {
        Link link;
        try {
            link = near.get(visit.code(), code -> shared.get(code, this::load));
        } catch (LinkException e) {
            return new Answer.Unknown();
        }
        Instant now = clock.instant();
        Link.Refusal refusal = link.refusalAt(now);
        if (refusal != null) {
            return new Answer.Gone(refusal);
        }
        Kind kind = visit.head() ? Kind.HEAD : isBot(visit.userAgent()) ? Kind.BOT : Kind.VISIT;
        Click click = new Click(clickIds.next(), link.id(), now, kind, hostOf(visit.referrer()));
        if (link.maxVisits() == null || kind == Kind.HEAD) {
            clicks.record(click);
        } else if (!clicks.recordWithin(click, link.maxVisits())) {
            return new Answer.Gone(Link.Refusal.EXHAUSTED);
        }
        return new Answer.Redirect(link.target());
    }

    private Link load(String code) {
        return store.find(code).orElseThrow(() -> LinkException.notFound(code));
    }

    private static boolean isBot(@Nullable String userAgent) {
        return userAgent == null
                || BOT.matcher(userAgent.toLowerCase(Locale.ROOT)).find();
    }

    private static String hostOf(@Nullable String referrer) {
        if (referrer == null || referrer.length() > 2_048) {
            return "";
        }
        try {
            String host = new URI(referrer).getHost();
            return host == null || host.length() > 253 ? "" : host.toLowerCase(Locale.ROOT);
        } catch (URISyntaxException e) {
            return ""; // anybody may send anything; it is no fault of the link
        }
    }
}
