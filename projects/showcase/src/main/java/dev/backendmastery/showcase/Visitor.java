package dev.backendmastery.showcase;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Somebody who makes links, follows them and looks at their numbers, ten times a second, so that there is something to see. */
final class Visitor implements AutoCloseable {

    private static final int MILLIS = 100;
    private static final int AT_ONCE = 32;
    private static final int LINKS = 40;
    private static final int FIRST_LINKS = 8;

    private final Caller caller;
    private final Random random;
    private final List<String> codes = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "visitor");
        thread.setDaemon(true);
        return thread;
    });

    private Visitor(List<String> nodes, String key, Random random) {
        this.caller = new Caller(nodes, key, AT_ONCE);
        this.random = random;
    }

    /** Visits {@code nodes} until it is closed. */
    static Visitor start(List<String> nodes, String key, Random random) {
        Visitor visitor = new Visitor(nodes, key, random);
        var unused = visitor.ticks.scheduleAtFixedRate(visitor::visit, MILLIS, MILLIS, TimeUnit.MILLISECONDS);
        return visitor;
    }

    private void visit() {
        int dice = random.nextInt(100);
        if (codes.size() < FIRST_LINKS || dice < 5) {
            var unused = caller.create("https://example.com/" + random.nextInt(1_000))
                    .thenAccept(this::remember);
            return;
        }
        // The first ones are followed most.
        String code = codes.get((int) (codes.size() * Math.pow(random.nextDouble(), 2)));
        if (dice < 65) {
            caller.ask("GET", "/" + code);
        } else if (dice < 72) {
            caller.ask("GET", "/nowhere" + random.nextInt(10));
        } else if (dice < 80) {
            caller.ask("GET", "/api/links/" + code + "/stats");
        } else if (dice < 88) {
            caller.ask("GET", "/api/links/" + code + "/history");
        } else if (dice < 94) {
            caller.ask("GET", "/api/links?limit=10");
        } else {
            caller.ask("GET", "/api/links/search?q=example");
        }
    }

    private void remember(String code) {
        if (!code.isEmpty() && codes.size() < LINKS) {
            codes.add(code);
        }
    }

    @Override
    public void close() {
        ticks.shutdownNow();
    }
}
