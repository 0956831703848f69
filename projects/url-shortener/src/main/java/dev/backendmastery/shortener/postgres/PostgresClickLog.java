package dev.backendmastery.shortener.postgres;

import static dev.backendmastery.shortener.tables.Tables.CLICK;
import static dev.backendmastery.shortener.tables.Tables.LINK;
import static org.jooq.impl.DSL.cast;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;

import dev.backendmastery.databases.tx.Isolation;
import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.shortener.application.ClickLog;
import dev.backendmastery.shortener.application.ClickNotRecordedException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jooq.DSLContext;
import org.jooq.InsertValuesStep5;
import org.jooq.impl.SQLDataType;

/**
 * Clicks in PostgreSQL, many callers in one COMMIT.
 *
 * <p>A caller puts its click into a bounded queue and waits; one writer takes all that is there, inserts it in one
 * transaction, and lets the callers go when that is committed. So a click that was answered is on disk, and the cost of
 * reaching the disk is shared by all who came while the last COMMIT was under way. A batch whose outcome is unknown is
 * tried again: its clicks have ids, and an id is inserted once.
 */
public final class PostgresClickLog implements ClickLog {

    private static final int WAITING = 10_000;
    private static final int BATCH = 500;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private record Waiting(Click click, CompletableFuture<Boolean> done) {}

    private final Transactions transactions;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(WAITING);
    private final Thread writer = new Thread(this::write, "click-writer");
    private volatile boolean closed;

    /** A log behind {@code transactions}; starts its writer, which {@link #close} ends. */
    public PostgresClickLog(Transactions transactions) {
        this.transactions = transactions;
        writer.setDaemon(true);
        writer.start();
    }

    /**
     * Records the click.
     *
     * @throws ClickNotRecordedException if it could not be recorded in bounded time; it may have been
     */
    @Override
    public void record(Click click) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        if (closed || !queue.offer(new Waiting(click, done))) {
            throw new ClickNotRecordedException(
                    closed ? "the click log is closed" : "too many clicks are waiting", null);
        }
        try {
            done.get(LONGEST_WAIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new ClickNotRecordedException("the click could not be recorded", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClickNotRecordedException("interrupted while the click was being recorded", e);
        }
    }

    private void write() {
        List<Waiting> batch = new ArrayList<>(BATCH);
        while (!closed || !queue.isEmpty()) {
            try {
                Waiting first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                batch.add(first);
                queue.drainTo(batch, BATCH - 1);
                List<Click> clicks = batch.stream().map(Waiting::click).toList();
                transactions.run(Isolation.READ_COMMITTED, tx -> insert(tx, clicks));
                batch.forEach(waiting -> waiting.done.complete(true));
            } catch (InterruptedException e) {
                closed = true;
            } catch (RuntimeException e) {
                batch.forEach(waiting -> waiting.done.completeExceptionally(e)); // to those who wait for it
            } finally {
                batch.clear();
            }
        }
    }

    /** Writes clicks down in the transaction of {@code tx}; those that are there already stay as they are. */
    public static void insert(DSLContext tx, List<Click> clicks) {
        InsertValuesStep5<?, java.util.UUID, Long, java.time.OffsetDateTime, String, String> insert =
                tx.insertInto(CLICK, CLICK.ID, CLICK.LINK_ID, CLICK.AT, CLICK.KIND, CLICK.REFERRER);
        for (Click click : clicks) {
            insert = insert.values(
                    click.id(),
                    click.linkId(),
                    click.at().atOffset(ZoneOffset.UTC),
                    click.kind().name(),
                    click.referrer());
        }
        insert.onConflict(CLICK.ID).doNothing().execute();
    }

    /** One statement counts and another records, in one transaction: the row of the link makes visitors queue. */
    @Override
    public boolean recordWithin(Click click, long maxVisits) {
        return transactions.call(Isolation.READ_COMMITTED, tx -> {
            int counted = tx.update(LINK)
                    .set(LINK.VISITS, LINK.VISITS.plus(1))
                    .where(LINK.ID.eq(click.linkId()), LINK.VISITS.lt(maxVisits))
                    .execute();
            if (counted == 0) {
                return false;
            }
            insert(tx, List.of(click));
            return true;
        });
    }

    @Override
    public Summary summary(long linkId) {
        return summary(transactions, linkId);
    }

    /** What is recorded of a link in PostgreSQL. */
    public static Summary summary(Transactions transactions, long linkId) {
        return transactions.read(Isolation.REPEATABLE_READ, tx -> {
            Map<Kind, Long> kinds = new EnumMap<>(Kind.class);
            tx.select(CLICK.KIND, count())
                    .from(CLICK)
                    .where(CLICK.LINK_ID.eq(linkId))
                    .groupBy(CLICK.KIND)
                    .forEach(row ->
                            kinds.put(Kind.valueOf(row.value1()), row.value2().longValue()));
            var day = cast(field("{0} at time zone 'UTC'", CLICK.AT.getDataType(), CLICK.AT), SQLDataType.LOCALDATE);
            SortedMap<LocalDate, Long> days = new TreeMap<>();
            tx.select(day, count())
                    .from(CLICK)
                    .where(CLICK.LINK_ID.eq(linkId), CLICK.KIND.eq(Kind.VISIT.name()))
                    .groupBy(day)
                    .forEach(row -> days.put(row.value1(), row.value2().longValue()));
            List<Referrer> referrers = tx.select(CLICK.REFERRER, count())
                    .from(CLICK)
                    .where(CLICK.LINK_ID.eq(linkId), CLICK.KIND.eq(Kind.VISIT.name()), CLICK.REFERRER.ne(""))
                    .groupBy(CLICK.REFERRER)
                    .orderBy(count().desc(), CLICK.REFERRER)
                    .limit(10)
                    .fetch(row -> new Referrer(row.value1(), row.value2()));
            return new Summary(
                    kinds.getOrDefault(Kind.VISIT, 0L),
                    kinds.getOrDefault(Kind.BOT, 0L),
                    kinds.getOrDefault(Kind.HEAD, 0L),
                    days,
                    referrers);
        });
    }

    /** Takes no more clicks, writes those that wait, and ends the writer. */
    @Override
    public void close() {
        closed = true;
        try {
            writer.join(LONGEST_WAIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        queue.forEach(waiting ->
                waiting.done.completeExceptionally(new ClickNotRecordedException("the click log is closed", null)));
    }
}
