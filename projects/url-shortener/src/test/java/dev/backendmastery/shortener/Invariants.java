package dev.backendmastery.shortener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.id.UuidV7;
import dev.backendmastery.shortener.application.ClickLog;
import dev.backendmastery.shortener.application.ClickLog.Click;
import dev.backendmastery.shortener.application.ClickLog.Kind;
import dev.backendmastery.shortener.application.LinkStore;
import dev.backendmastery.shortener.application.NewLink;
import dev.backendmastery.shortener.domain.Link;
import dev.backendmastery.shortener.domain.LinkException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What must hold whatever stands behind the ports; run on the right ones and on wrong ones. */
final class Invariants {

    private static final AtomicInteger names = new AtomicInteger();

    private Invariants() {}

    static NewLink link(String target, @Nullable String alias) {
        return new NewLink(target, null, alias, null, null, new TreeSet<>());
    }

    /** One of 64 creators gets the alias, the others are told, and it leads where that one said. */
    static void oneTargetPerCode(LinkStore store, long owner) {
        String alias = "alias-" + names.incrementAndGet();
        List<String> won = Together.run(64, i -> {
                    try {
                        return store.create(owner, null, link("https://example.com/" + i, alias))
                                .target();
                    } catch (LinkException e) {
                        assertEquals(LinkException.Reason.ALIAS_TAKEN, e.reason());
                        return "";
                    }
                })
                .stream()
                .filter(target -> !target.isEmpty())
                .toList();
        assertEquals(1, won.size(), () -> "creators who were told that they have the alias: " + won);
        assertEquals(won.get(0), store.find(alias).orElseThrow().target());
    }

    /** 64 creators of generated codes get 64 codes. */
    static void generatedCodesDiffer(LinkStore store, long owner) {
        List<Link> links = Together.run(64, i -> store.create(owner, null, link("https://example.com/" + i, null)));
        Set<String> codes = new HashSet<>();
        for (Link link : links) {
            assertTrue(codes.add(link.code()), () -> "given twice: " + link.code());
            assertEquals(link.target(), store.find(link.code()).orElseThrow().target());
        }
    }

    /** Nobody who saw codes can say the next one by adding the step that he saw. */
    static void nextCodeIsNotPredictable(LinkStore store, long owner) {
        String digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        List<Long> seen = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            long number = 0;
            for (char c : store.create(owner, null, link("https://example.com/", null))
                    .code()
                    .toCharArray()) {
                number = number * 62 + digits.indexOf(c);
            }
            seen.add(number);
        }
        int predicted = 0;
        for (int i = 2; i < seen.size(); i++) {
            predicted += seen.get(i) == 2 * seen.get(i - 1) - seen.get(i - 2) ? 1 : 0;
        }
        assertEquals(0, predicted, "codes that were the one before plus the step before");
    }

    /** 16 requests of one key make one link; the same key with another request is refused. */
    static void sameKeySameCode(LinkStore store, long owner) {
        String key = "key-" + names.incrementAndGet();
        Set<String> codes =
                new HashSet<>(Together.run(16, i -> store.create(owner, key, link("https://example.com/", null))
                        .code()));
        assertEquals(1, codes.size(), () -> "codes of one idempotency key: " + codes);
        try {
            store.create(owner, key, link("https://example.com/other", null));
            throw new AssertionError("another request with the same key was accepted");
        } catch (LinkException e) {
            assertEquals(LinkException.Reason.KEY_REUSED, e.reason());
        }
    }

    /** Of 64 visitors at once, exactly as many get through as may. */
    static void neverOneVisitTooMany(ClickLog clicks, Link link, int maxVisits) {
        UuidV7 ids = UuidV7.fast();
        long through = Together.run(
                        64,
                        i -> clicks.recordWithin(
                                new Click(ids.next(), link.id(), Instant.now(), Kind.VISIT, ""), maxVisits))
                .stream()
                .filter(ok -> ok)
                .count();
        assertEquals(maxVisits, through, "visitors who got through");
        assertEquals(maxVisits, clicks.summary(link.id()).visits(), "clicks on record");
    }

    /** What was answered is on record, once, however often it was sent. */
    static void answeredIsOnRecordOnce(ClickLog clicks, ClickLog reader, Link link) {
        UuidV7 ids = UuidV7.fast();
        List<Click> sent = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            sent.add(new Click(ids.next(), link.id(), Instant.now(), Kind.VISIT, "example.org"));
        }
        long before = reader.summary(link.id()).visits();
        Together.run(64, i -> {
            clicks.record(sent.get(i));
            return i;
        });
        assertEquals(before + 64, reader.summary(link.id()).visits(), "at the moment when all were answered");
        clicks.record(sent.get(0));
        assertEquals(before + 64, reader.summary(link.id()).visits(), "after one was sent again");
    }
}
