package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.caching.cache.BoundedCache;
import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.caching.cache.CacheStats;
import dev.backendmastery.core.id.FeistelShortCodes;
import dev.backendmastery.core.id.ShortCodes;
import dev.backendmastery.core.id.UuidV7;
import dev.backendmastery.core.time.ManualTicker;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.security.web.PublicAddresses;
import dev.backendmastery.shortener.application.Caller;
import dev.backendmastery.shortener.application.ClickLog;
import dev.backendmastery.shortener.application.LinkStore;
import dev.backendmastery.shortener.application.NewLink;
import dev.backendmastery.shortener.application.SearchUnavailableException;
import dev.backendmastery.shortener.application.Shortener;
import dev.backendmastery.shortener.domain.Link;
import dev.backendmastery.shortener.domain.LinkException;
import dev.backendmastery.shortener.domain.Targets;
import dev.backendmastery.shortener.postgres.LinkEvents;
import dev.backendmastery.shortener.postgres.PostgresAccounts;
import dev.backendmastery.shortener.postgres.PostgresClickLog;
import dev.backendmastery.shortener.postgres.PostgresLinkHistory;
import dev.backendmastery.shortener.postgres.PostgresLinkStore;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The invariants on PostgreSQL, each with a wrong version that must fail it. */
@SuppressWarnings("NullAway.Init") // open() comes first
final class InvariantsTest {

    private static Database database;
    private static Transactions transactions;
    private static LinkStore store;
    private static ClickLog clicks;
    private static long owner;

    @BeforeAll
    static void open() {
        database = Database.at(Engines.postgres().createDatabase())
                .poolSize(8)
                .migrations("classpath:db/migration", "classpath:db/blocks")
                .open();
        transactions = new PostgresTransactions(database);
        store = store(new FeistelShortCodes(new byte[FeistelShortCodes.KEY_BYTES], 7));
        clicks = new PostgresClickLog(transactions);
        owner = new PostgresAccounts(transactions, InstantSource.system())
                .create("tests", null)
                .orElseThrow()
                .id();
    }

    @AfterAll
    static void close() {
        clicks.close();
        database.close();
    }

    private static LinkStore store(ShortCodes codes) {
        return new PostgresLinkStore(transactions, codes, InstantSource.system(), new byte[32], LinkEvents.UNHEARD);
    }

    private static Link aLink() {
        return store.create(owner, null, Invariants.link("https://example.com/", null));
    }

    @Test
    void oneTargetPerCode() {
        Invariants.oneTargetPerCode(store, owner);
        Invariants.generatedCodesDiffer(store, owner);
        assertThrows(AssertionError.class, () -> Invariants.oneTargetPerCode(new LooksThenOverwrites(), owner));
    }

    @Test
    void aGeneratedCodeThatIsTakenAsAnAliasIsGivenUpForTheNext() {
        // Every counter is encoded as the one before it too: each creation meets the code of the last.
        ShortCodes right = new FeistelShortCodes(new byte[FeistelShortCodes.KEY_BYTES], 7);
        LinkStore clashing = store(new ShortCodes() {
            @Override
            public String encode(long counter) {
                return right.encode(1_000_000 + counter / 2);
            }

            @Override
            public long decode(String code) {
                return right.decode(code);
            }

            @Override
            public long capacity() {
                return right.capacity();
            }
        });
        Invariants.generatedCodesDiffer(clashing, owner);
    }

    @Test
    void nextCodeIsNotPredictable() {
        Invariants.nextCodeIsNotPredictable(store, owner);
        LinkStore counting = store(new CountsInBase62());
        assertThrows(AssertionError.class, () -> Invariants.nextCodeIsNotPredictable(counting, owner));
    }

    @Test
    void sameKeySameCode() {
        Invariants.sameKeySameCode(store, owner);
        assertThrows(AssertionError.class, () -> Invariants.sameKeySameCode(new IgnoresKeys(), owner));
    }

    @Test
    void neverOneVisitTooMany() {
        Invariants.neverOneVisitTooMany(clicks, aLink(), 10);
        assertThrows(
                AssertionError.class,
                () -> Invariants.neverOneVisitTooMany(new CountsThenRecords(clicks), aLink(), 10));
    }

    @Test
    void answeredIsOnRecordOnce() {
        Invariants.answeredIsOnRecordOnce(clicks, clicks, aLink());
        try (AnswersFirst wrong = new AnswersFirst(clicks)) {
            Link link = aLink();
            assertThrows(AssertionError.class, () -> Invariants.answeredIsOnRecordOnce(wrong, clicks, link));
        }
    }

    @Test
    void noRedirectLaterThanTheBoundAfterABan() {
        Duration bound = Duration.ofSeconds(1);
        ManualTicker ticker = new ManualTicker();
        noRedirectAfterABan(bound, ticker, () -> near(bound, ticker), shared());
        assertThrows(
                AssertionError.class,
                () -> noRedirectAfterABan(bound, ticker, () -> near(Duration.ofDays(1), ticker), shared()));
        assertThrows(
                AssertionError.class,
                () -> noRedirectAfterABan(bound, ticker, () -> near(bound, ticker), new ForgetsToForget(shared())));
    }

    private static Cache<String, Link> near(Duration life, ManualTicker ticker) {
        return BoundedCache.<String, Link>builder()
                .expireAfterWrite(life)
                .ticker(ticker)
                .lru();
    }

    private static Cache<String, Link> shared() {
        return BoundedCache.<String, Link>builder().lru();
    }

    private static void noRedirectAfterABan(
            Duration bound, ManualTicker ticker, Supplier<Cache<String, Link>> near, Cache<String, Link> shared) {
        Caller admin = new Caller(owner, true);
        Shortener one = node(near.get(), shared);
        Shortener two = node(near.get(), shared);
        String code = aLink().code();
        Shortener.Visit visit = new Shortener.Visit(code, false, "Mozilla", null);
        assertInstanceOf(Shortener.Answer.Redirect.class, one.visit(visit));
        assertInstanceOf(Shortener.Answer.Redirect.class, two.visit(visit));
        one.setStatus(admin, code, Link.Status.BANNED);
        assertInstanceOf(Shortener.Answer.Gone.class, one.visit(visit), "on the node that was told");
        ticker.advance(bound);
        assertInstanceOf(Shortener.Answer.Gone.class, two.visit(visit), "on the other node, after the bound");
    }

    private static Shortener node(Cache<String, Link> near, Cache<String, Link> shared) {
        Targets targets = new Targets(InetAddress::getAllByName, PublicAddresses::contains, Set.of(), Set.of());
        return new Shortener(
                store,
                clicks,
                new PostgresLinkHistory(transactions),
                request -> {
                    throw new SearchUnavailableException("nobody searches here", null);
                },
                near,
                shared,
                targets,
                UuidV7.fast(),
                InstantSource.system());
    }

    /** A shared cache that nobody tells of changes. */
    private record ForgetsToForget(Cache<String, Link> right) implements Cache<String, Link> {
        @Override
        public @Nullable Link getIfPresent(String key) {
            return right.getIfPresent(key);
        }

        @Override
        public Link get(String key, Function<? super String, ? extends Link> loader) {
            return right.get(key, loader);
        }

        @Override
        public void put(String key, Link value) {
            right.put(key, value);
        }

        @Override
        public void remove(String key) {
            // this is the fault
        }

        @Override
        public void clear() {
            right.clear();
        }

        @Override
        public CacheStats stats() {
            return right.stats();
        }
    }

    /** Asks whether the alias is free, then writes, as two transactions. */
    private static final class LooksThenOverwrites extends Delegating {
        @Override
        public Link create(long creator, @Nullable String key, NewLink link) {
            String alias = link.alias();
            if (alias != null && store.find(alias).isPresent()) {
                throw new LinkException(LinkException.Reason.ALIAS_TAKEN, "taken");
            }
            transactions.run(
                    Isolation.READ_COMMITTED,
                    tx -> tx.execute(
                            "insert into link (id, code, target, owner, status, created_at) values"
                                    + " (nextval('link_number'), ?, ?, ?, 'ACTIVE', now())"
                                    + " on conflict (code) do update set target = excluded.target",
                            alias,
                            link.target(),
                            creator));
            return new Link(
                    0,
                    String.valueOf(alias),
                    link.target(),
                    link.title(),
                    creator,
                    Link.Status.ACTIVE,
                    Instant.now(),
                    null,
                    null,
                    link.tags());
        }
    }

    /** Makes a link for each request. */
    private static final class IgnoresKeys extends Delegating {
        @Override
        public Link create(long creator, @Nullable String key, NewLink link) {
            return store.create(creator, null, link);
        }
    }

    private abstract static class Delegating implements LinkStore {
        @Override
        public Optional<Link> find(String code) {
            return store.find(code);
        }

        @Override
        public List<Link> findAll(List<String> codes) {
            return store.findAll(codes);
        }

        @Override
        public Link setStatus(String code, Link.Status status) {
            return store.setStatus(code, status);
        }

        @Override
        public Page list(long creator, @Nullable String tag, @Nullable String cursor, int limit) {
            return store.list(creator, tag, cursor, limit);
        }
    }

    private static final class CountsInBase62 implements ShortCodes {
        @Override
        public String encode(long counter) {
            StringBuilder code = new StringBuilder();
            for (long n = counter + 62L * 62 * 62; n > 0; n /= 62) {
                code.insert(0, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".charAt((int) (n % 62)));
            }
            return code.toString();
        }

        @Override
        public long decode(String code) {
            throw new IllegalArgumentException("nobody asks");
        }

        @Override
        public long capacity() {
            return Long.MAX_VALUE;
        }
    }

    /** Reads the count, then records, as two transactions. */
    private record CountsThenRecords(ClickLog right) implements ClickLog {
        @Override
        public void record(Click click) {
            right.record(click);
        }

        @Override
        public boolean recordWithin(Click click, long maxVisits) {
            if (right.summary(click.linkId()).visits() >= maxVisits) {
                return false;
            }
            right.record(click);
            return true;
        }

        @Override
        public Summary summary(long linkId) {
            return right.summary(linkId);
        }

        @Override
        public void close() {
            // the right one is closed by its owner
        }
    }

    /** Records in the background: fast, and what was answered is lost if the process dies. */
    private static final class AnswersFirst implements ClickLog {
        private final ClickLog right;
        private final ExecutorService background = Executors.newSingleThreadExecutor();

        AnswersFirst(ClickLog right) {
            this.right = right;
        }

        @Override
        public void record(Click click) {
            background.execute(() -> right.record(click));
        }

        @Override
        public boolean recordWithin(Click click, long maxVisits) {
            return right.recordWithin(click, maxVisits);
        }

        @Override
        public Summary summary(long linkId) {
            return right.summary(linkId);
        }

        @Override
        public void close() {
            background.shutdown();
        }
    }
}
