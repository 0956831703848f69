package dev.backendmastery.shortener.postgres;

import static dev.backendmastery.shortener.tables.Tables.IDEMPOTENCY;
import static dev.backendmastery.shortener.tables.Tables.LINK;
import static dev.backendmastery.shortener.tables.Tables.LINK_TAG;

import dev.backendmastery.core.id.IdGenerator;
import dev.backendmastery.core.id.ShortCodes;
import dev.backendmastery.core.id.UuidV7;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.shortener.application.LinkEvent;
import dev.backendmastery.shortener.application.LinkStore;
import dev.backendmastery.shortener.application.NewLink;
import dev.backendmastery.shortener.domain.Link;
import dev.backendmastery.shortener.domain.LinkException;
import dev.backendmastery.shortener.domain.LinkException.Reason;
import dev.backendmastery.shortener.tables.Sequences;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/**
 * Links in PostgreSQL. One code has one link because a unique constraint says so; a generated code that an alias has
 * already taken is given up for the next one, a bounded number of times.
 */
public final class PostgresLinkStore implements LinkStore {

    private static final int ATTEMPTS = 10;

    private final Transactions transactions;
    private final ShortCodes codes;
    private final InstantSource clock;
    private final LinkPages pages;
    private final LinkEvents events;
    private final IdGenerator<UUID> ids = UuidV7.fast();

    /**
     * Links behind {@code transactions}, their generated codes from {@code codes}, cursors signed with {@code cursorKey}.
     *
     * @param events told of what happens to links, in the transaction in which it does
     */
    public PostgresLinkStore(
            Transactions transactions, ShortCodes codes, InstantSource clock, byte[] cursorKey, LinkEvents events) {
        this.events = events;
        this.transactions = transactions;
        this.codes = codes;
        this.clock = clock;
        this.pages = new LinkPages(cursorKey);
    }

    @Override
    public Link create(long owner, @Nullable String idempotencyKey, NewLink link) {
        return transactions.call(Isolation.READ_COMMITTED, tx -> {
            if (idempotencyKey != null) {
                Link before = claim(tx, owner, idempotencyKey, fingerprint(link));
                if (before != null) {
                    return before;
                }
            }
            Link made = insert(tx, owner, link);
            for (String tag : made.tags()) {
                tx.insertInto(LINK_TAG, LINK_TAG.LINK_ID, LINK_TAG.TAG)
                        .values(made.id(), tag)
                        .execute();
            }
            if (idempotencyKey != null) {
                tx.update(IDEMPOTENCY)
                        .set(IDEMPOTENCY.LINK_ID, made.id())
                        .where(IDEMPOTENCY.OWNER.eq(owner), IDEMPOTENCY.KEY.eq(idempotencyKey))
                        .execute();
            }
            tell(tx, LinkEvent.Type.CREATED, made);
            return made;
        });
    }

    /** The link that the key made before, or null if the key is ours now; waits for one who is about to commit. */
    private static @Nullable Link claim(DSLContext tx, long owner, String key, String request) {
        int claimed = tx.insertInto(IDEMPOTENCY, IDEMPOTENCY.OWNER, IDEMPOTENCY.KEY, IDEMPOTENCY.REQUEST)
                .values(owner, key, request)
                .onConflictDoNothing()
                .execute();
        if (claimed == 1) {
            return null;
        }
        Record before = tx.select(IDEMPOTENCY.REQUEST, IDEMPOTENCY.LINK_ID)
                .from(IDEMPOTENCY)
                .where(IDEMPOTENCY.OWNER.eq(owner), IDEMPOTENCY.KEY.eq(key))
                .fetchSingle();
        if (!request.equals(before.get(IDEMPOTENCY.REQUEST))) {
            throw new LinkException(Reason.KEY_REUSED, "the idempotency key was used for another request");
        }
        return read(
                tx,
                tx.selectFrom(LINK)
                        .where(LINK.ID.eq(before.get(IDEMPOTENCY.LINK_ID)))
                        .fetchSingle());
    }

    private Link insert(DSLContext tx, long owner, NewLink link) {
        OffsetDateTime now = OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long id = Objects.requireNonNull(tx.nextval(Sequences.LINK_NUMBER)).longValue();
            String code = link.alias() != null ? link.alias() : codes.encode(id);
            Record row = tx.insertInto(LINK)
                    .set(LINK.ID, id)
                    .set(LINK.CODE, code)
                    .set(LINK.TARGET, link.target())
                    .set(LINK.TITLE, link.title())
                    .set(LINK.OWNER, owner)
                    .set(LINK.STATUS, Link.Status.ACTIVE.name())
                    .set(LINK.CREATED_AT, now)
                    .set(
                            LINK.EXPIRES_AT,
                            link.expiresAt() == null
                                    ? null
                                    : OffsetDateTime.ofInstant(link.expiresAt(), ZoneOffset.UTC))
                    .set(LINK.MAX_VISITS, link.maxVisits())
                    .onConflict(LINK.CODE)
                    .doNothing()
                    .returning()
                    .fetchOne();
            if (row != null) {
                return toLink(row, link.tags());
            }
            if (link.alias() != null) {
                throw new LinkException(Reason.ALIAS_TAKEN, "the alias '" + code + "' is taken");
            }
        }
        throw new IllegalStateException(ATTEMPTS + " generated codes in a row were taken as aliases");
    }

    @Override
    public Optional<Link> find(String code) {
        return transactions.read(
                Isolation.READ_COMMITTED,
                tx -> tx.selectFrom(LINK).where(LINK.CODE.eq(code)).fetchOptional(row -> read(tx, row)));
    }

    @Override
    public List<Link> findAll(List<String> codes) {
        return transactions.read(Isolation.READ_COMMITTED, tx -> {
            Map<String, Link> found = toLinks(
                            tx, tx.selectFrom(LINK).where(LINK.CODE.in(codes)).fetch())
                    .stream()
                    .collect(Collectors.toMap(Link::code, link -> link));
            return codes.stream().map(found::get).filter(Objects::nonNull).toList();
        });
    }

    @Override
    public Link setStatus(String code, Link.Status status) {
        return transactions.call(Isolation.READ_COMMITTED, tx -> {
            Record row = tx.update(LINK)
                    .set(LINK.STATUS, status.name())
                    .where(LINK.CODE.eq(code), LINK.STATUS.ne(Link.Status.BANNED.name()), LINK.STATUS.ne(status.name()))
                    .returning()
                    .fetchOne();
            if (row != null) {
                Link changed = read(tx, row);
                tell(tx, status == Link.Status.BANNED ? LinkEvent.Type.BANNED : LinkEvent.Type.CHANGED, changed);
                return changed;
            }
            Link link = read(
                    tx,
                    tx.selectFrom(LINK)
                            .where(LINK.CODE.eq(code))
                            .fetchOptional()
                            .orElseThrow(() -> LinkException.notFound(code)));
            if (link.status() != status) {
                throw new LinkException(Reason.STATE, "the link " + code + " is banned and stays so");
            }
            return link;
        });
    }

    private void tell(DSLContext tx, LinkEvent.Type type, Link link) {
        events.tell(tx, new LinkEvent(ids.next(), type, link.id(), link.code(), clock.instant()));
    }

    @Override
    public Page list(long owner, @Nullable String tag, @Nullable String cursor, int limit) {
        return transactions.read(Isolation.READ_COMMITTED, tx -> pages.list(tx, owner, tag, cursor, limit));
    }

    private static Link read(DSLContext tx, Record row) {
        return toLinks(tx, List.of(row)).get(0);
    }

    /** With their tags. */
    static List<Link> toLinks(DSLContext tx, List<? extends Record> rows) {
        List<Long> ids = rows.stream().map(row -> row.get(LINK.ID)).toList();
        Map<Long, List<String>> tags =
                tx.selectFrom(LINK_TAG).where(LINK_TAG.LINK_ID.in(ids)).fetchGroups(LINK_TAG.LINK_ID, LINK_TAG.TAG);
        return rows.stream()
                .map(row -> toLink(row, new TreeSet<>(tags.getOrDefault(row.get(LINK.ID), List.of()))))
                .toList();
    }

    private static Link toLink(Record row, SortedSet<String> tags) {
        OffsetDateTime expires = row.get(LINK.EXPIRES_AT);
        return new Link(
                row.get(LINK.ID),
                row.get(LINK.CODE),
                row.get(LINK.TARGET),
                row.get(LINK.TITLE),
                row.get(LINK.OWNER),
                Link.Status.valueOf(row.get(LINK.STATUS)),
                row.get(LINK.CREATED_AT).toInstant(),
                expires == null ? null : expires.toInstant(),
                row.get(LINK.MAX_VISITS),
                tags);
    }

    /** What makes two requests the same, each part with its length before it so that parts cannot run together. */
    private static String fingerprint(NewLink link) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            List<@Nullable Object> parts = new ArrayList<>(
                    Arrays.asList(link.target(), link.alias(), link.expiresAt(), link.maxVisits(), link.tags()));
            if (link.title() != null) {
                parts.add(
                        link.title()); // those without one have the fingerprint that they had before there were titles
            }
            for (Object part : parts) {
                byte[] bytes = String.valueOf(part).getBytes(StandardCharsets.UTF_8);
                digest.update(ByteBuffer.allocate(5)
                        .putInt(bytes.length)
                        .put((byte) (part == null ? 0 : 1))
                        .flip());
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
