package dev.backendmastery.showcase;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.backendmastery.engines.Elasticsearch;
import dev.backendmastery.engines.Kafka;
import dev.backendmastery.engines.Postgres;
import dev.backendmastery.engines.Redis;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Real traffic through real failures, and a table of what held. */
final class Check {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CALLERS = 8;

    private record Line(String what, String counts, boolean held) {}

    private record Reply(int status, String location, String body) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new IllegalStateException("not JSON: " + body, e);
            }
        }
    }

    private final PrintStream out;
    private final List<Line> lines = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
    private final String key = Showcase.randomKey();
    private final List<String> told = new ArrayList<>();

    Check(PrintStream out) {
        this.out = out;
    }

    /** Runs everything; true if all held. */
    boolean run() throws IOException, InterruptedException {
        Path log = Files.createTempFile("showcase-check-", ".log");
        out.println("Starting PostgreSQL (with fsync), Redis, Kafka, Elasticsearch, two nodes and a relay ...");
        // Servers of its own: these are killed.
        try (Postgres postgres = Postgres.builder().durable().start();
                Redis redis = Redis.builder().start();
                Kafka kafka = Kafka.builder().start();
                Elasticsearch elasticsearch = Elasticsearch.builder().start()) {
            Map<String, String> settings = Showcase.settings(postgres.createDatabase(), redis, kafka, key);
            settings.put("SHORTENER_PORT", "0");
            Map<String, String> serving = new TreeMap<>(settings);
            serving.put("SHORTENER_ROLES", "http,analytics");
            Map<String, String> relaying = new TreeMap<>(settings);
            relaying.put("SHORTENER_ROLES", "relay");
            Map<String, String> searching = new TreeMap<>(serving);
            searching.put("SHORTENER_ELASTICSEARCH", Showcase.at(elasticsearch));
            try (NodeProcess one = NodeProcess.start(serving, log);
                    NodeProcess two = NodeProcess.start(searching, log)) {
                redirects(one.url(), two.url());
                bans(one.url(), two.url());
                idempotency(one.url(), two.url());
                accounts(one.url(), two.url());
                keys(one.url(), two.url());
                searches(one.url(), two.url());
                killElasticsearch(one.url(), two.url(), elasticsearch);
                killTheRelay(one.url(), two.url(), relaying, log);
                killANode(one, two.url());
            }
            restartBothNodes(serving, log);
            try (NodeProcess one = NodeProcess.start(settings, log)) {
                restartRedis(one.url(), redis);
                restartPostgres(one.url(), postgres);
                restartKafka(one.url(), kafka);
                histories(one.url(), "Kafka, PostgreSQL and a node killed since");
            }
        }
        out.println();
        for (Line line : lines) {
            out.printf(Locale.ROOT, "%-4s %-66s %s%n", line.held ? "ok" : "FAIL", line.what, line.counts);
        }
        boolean all = lines.stream().allMatch(Line::held);
        out.printf(
                "%n%d of %d held%s%n",
                lines.stream().filter(Line::held).count(), lines.size(), all ? "" : "; the nodes' log: " + log);
        if (all) {
            Files.deleteIfExists(log);
        }
        return all;
    }

    private void line(String what, boolean held, String counts, Object... values) {
        lines.add(new Line(what, String.format(Locale.ROOT, counts, values), held));
        out.print(held ? "." : "F");
        out.flush();
    }

    private void redirects(String one, String two) {
        Set<String> codes = new HashSet<>();
        int followed = 0;
        int links = 100;
        for (int i = 0; i < links; i++) {
            String target = "https://example.com/" + i;
            String code = create(one, Map.of("target", target));
            codes.add(code);
            for (String node : List.of(one, two)) {
                Reply reply = call("GET", node + "/" + code, null);
                followed += reply.status == 302 && reply.location.equals(target) ? 1 : 0;
            }
        }
        line(
                "every link leads where it should, on both nodes",
                followed == 2 * links,
                "%d of %d redirects",
                followed,
                2 * links);
        line("every link has a code of its own", codes.size() == links, "%d codes of %d links", codes.size(), links);
        int clicks = codes.stream().mapToInt(code -> counted(two, code, 2)).sum();
        line("every redirect is one click", clicks == 2 * links, "%d clicks of %d redirects", clicks, 2 * links);
    }

    private void bans(String one, String two) {
        int late = 0;
        int links = 5;
        for (int i = 0; i < links; i++) {
            String code = create(one, Map.of("target", "https://example.com/"));
            call("GET", one + "/" + code, null);
            call("GET", two + "/" + code, null);
            call("POST", one + "/api/links/" + code + "/ban", null);
            long banned = System.nanoTime();
            late += call("GET", one + "/" + code, null).status == 302 ? 1 : 0;
            while (System.nanoTime() - banned < Duration.ofMillis(1_500).toNanos()) {
                long asked = System.nanoTime() - banned;
                boolean redirected = call("GET", two + "/" + code, null).status == 302;
                late += redirected && asked > Duration.ofSeconds(1).toNanos() ? 1 : 0;
            }
        }
        line("no redirect later than 1 s after a ban, on the other node", late == 0, "%d late, %d bans", late, links);
    }

    private void maxVisits(String one, String two) throws InterruptedException {
        String code = create(one, Map.of("target", "https://example.com/", "maxVisits", 25));
        AtomicInteger through = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
        for (int i = 0; i < 100; i++) {
            String node = i % 2 == 0 ? one : two;
            pool.execute(() -> {
                if (call("GET", node + "/" + code, null).status == 302) {
                    through.incrementAndGet();
                }
            });
        }
        end(pool);
        line("25 visits allowed, 100 tried on two nodes at once", through.get() == 25, "%d got through", through.get());
    }

    private void idempotency(String one, String two) {
        Set<String> codes = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            codes.add(create(
                    i % 2 == 0 ? one : two, Map.of("target", "https://example.com/"), "Idempotency-Key", "check"));
        }
        line("ten requests with one idempotency key", codes.size() == 1, "%d link(s)", codes.size());
    }

    private void accounts(String one, String two) {
        String password = "one long sentence of mine";
        Person here = new Person();
        Person there = new Person();
        boolean in = here.signsUp(one, "somebody", password).status() == 201
                && there.signsIn(two, "somebody", password).status() == 200
                && here.asks(two, "GET", "/api/sessions", null).json().size() == 2;
        boolean out = there.asks(two, "DELETE", "/api/sessions", null).status() == 204
                && here.asks(one, "GET", "/api/links", null).status() == 401
                && there.asks(one, "GET", "/api/links", null).status() == 401;
        line("signed in on both nodes, signed out everywhere on one", in && out, "%s", in ? "over on both" : "not in");
        int refused = 0;
        int guesses = 20;
        for (int i = 0; i < guesses; i++) {
            refused +=
                    new Person().signsIn(one, "somebody", "guess number " + i).status() == 429 ? 1 : 0;
        }
        int owner = here.signsIn(one, "somebody", password).status();
        line(
                "guesses at one account are refused, its owner's browser is not",
                refused >= guesses / 2 && owner == 200,
                "%d of %d unread; owner: %d",
                refused,
                guesses,
                owner);
        int forged = 0;
        Map<String, String> wish = Map.of("target", "https://example.com/");
        forged += here.isMadeToAsk(one, "POST", "/api/links", wish).status() == 403 ? 1 : 0;
        forged += here.isMadeToAsk(one, "DELETE", "/api/sessions", null).status() == 403 ? 1 : 0;
        forged += here.isMadeToAsk(one, "POST", "/api/keys", Map.of("name", "theirs"))
                                .status()
                        == 403
                ? 1
                : 0;
        int own = here.asks(one, "POST", "/api/links", wish).status();
        line(
                "what other pages send with somebody's cookies is refused",
                forged == 3 && own == 201,
                "%d of 3; his own page: %d",
                forged,
                own);
    }

    private void keys(String one, String two) {
        Person person = new Person();
        person.signsUp(one, "programmer", "another long sentence of mine");
        JsonNode reader = person.asks(
                        one, "POST", "/api/keys", Map.of("name", "reader", "scopes", List.of("links:read")))
                .json();
        String old = reader.path("key").asText();
        String path = "/api/keys/" + reader.path("id").asText();
        boolean scoped = with(old, "GET", two + "/api/links") == 200 && with(old, "POST", two + "/api/links") == 403;
        String fresh = person.asks(two, "POST", path + "/rotate", Map.of("overlapHours", 1))
                .json()
                .path("key")
                .asText();
        boolean both = with(old, "GET", one + "/api/links") == 200 && with(fresh, "GET", one + "/api/links") == 200;
        person.asks(one, "DELETE", path, null);
        boolean over = with(old, "GET", two + "/api/links") == 401 && with(fresh, "GET", two + "/api/links") == 200;
        line(
                "a key does what it was made for, is replaced, and is revoked on both",
                scoped && both && over,
                "%s, %s, %s",
                scoped ? "read only" : "too much or little",
                both ? "both good" : "one lost",
                over ? "old one over" : "old one lives");
    }

    private int with(String someKey, String method, String address) {
        return call(someKey, method, address, method.equals("POST") ? Map.of("target", "https://example.com/") : null)
                .status;
    }

    /** One node has an index of its own, the other one asks Elasticsearch. */
    private void searches(String own, String elastic) {
        List<String> words =
                List.of("red", "blue", "shoes", "menu", "guide", "café", "release", "notes", "sale", "maps");
        Random random = new Random(7);
        int links = 60;
        for (int i = 0; i < links; i++) {
            String first = words.get(random.nextInt(words.size()));
            String second = words.get(random.nextInt(words.size()));
            create(
                    i % 2 == 0 ? own : elastic,
                    Map.of(
                            "target",
                            "https://example.com/" + i + "/" + words.get(random.nextInt(words.size())),
                            "title",
                            "Showcase " + first + " " + second,
                            "tags",
                            List.of(first.equals("café") ? "cafe" : first)));
        }
        boolean all = awaitFound(own, "showcase", links) && awaitFound(elastic, "showcase", links);
        List<String> questions = new ArrayList<>(words);
        words.forEach(word -> questions.add(word.substring(0, 2)));
        words.forEach(word -> questions.add("showcase " + word));
        words.forEach(word -> questions.add(word + " " + words.get(random.nextInt(words.size()))));
        int same = 0;
        int found = 0;
        for (String question : questions) {
            List<String> codes = find(own, question);
            same += codes.equals(find(elastic, question)) ? 1 : 0;
            found += codes.size();
        }
        line(
                "an index of its own and Elasticsearch: the same links, in the same order",
                all && same == questions.size() && found > questions.size(),
                "%d of %d questions, %d links",
                same,
                questions.size(),
                found);
    }

    private void killElasticsearch(String own, String elastic, Elasticsearch elasticsearch) {
        String code = create(elastic, Map.of("target", "https://example.com/"));
        elasticsearch.kill();
        long start = System.nanoTime();
        int refused = call("GET", elastic + "/api/links/search?q=showcase", null).status;
        long millis = (System.nanoTime() - start) / 1_000_000;
        boolean follows = call("GET", elastic + "/" + code, null).status == 302;
        create(elastic, Map.of("target", "https://example.com/", "title", "Meanwhile"));
        elasticsearch.restart();
        boolean again = awaitFound(own, "meanwhile", 1) && awaitFound(elastic, "meanwhile", 1);
        line(
                "Elasticsearch killed and restarted: links are followed, later found",
                refused == 503 && follows && again,
                "%d after %d ms meanwhile",
                refused,
                millis);
    }

    private boolean awaitFound(String node, String words, int links) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (find(node, words).size() != links) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(50_000_000);
        }
        return true;
    }

    private List<String> find(String node, String words) {
        Reply reply = call(
                "GET",
                node + "/api/links/search?limit=100&q=" + URLEncoder.encode(words, StandardCharsets.UTF_8),
                null);
        List<String> codes = new ArrayList<>();
        if (reply.status == 200) {
            reply.json()
                    .path("links")
                    .forEach(found -> codes.add(found.path("link").path("code").asText()));
        }
        return codes;
    }

    /** Events are made while relays are killed, one after the other; a last one has time to finish. */
    private void killTheRelay(String node, String other, Map<String, String> settings, Path log)
            throws IOException, InterruptedException {
        int kills = 3;
        for (int kill = 0; kill < kills; kill++) {
            try (NodeProcess relay = NodeProcess.start(settings, log)) {
                for (int i = 0; i < 15; i++) {
                    makeHistory(node);
                }
                relay.kill();
            }
            makeHistory(node);
        }
        NodeProcess last = NodeProcess.start(settings, log);
        try {
            maxVisits(node, other);
            histories(node, "relay killed %d times under load".formatted(kills));
        } finally {
            last.close();
        }
    }

    /** A link that was made, switched off, switched on and banned, of which that must be told, once and in this order. */
    private void makeHistory(String node) {
        String code = create(node, Map.of("target", "https://example.com/"));
        for (String change : List.of("disable", "enable", "ban")) {
            call("POST", node + "/api/links/" + code + "/" + change, null);
        }
        told.add(code);
    }

    private void histories(String node, String what) {
        List<String> expected = List.of("CREATED", "CHANGED", "CHANGED", "BANNED");
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        int right = 0;
        int events = 0;
        for (String code : told) {
            List<String> history = history(node, code);
            while (history.size() < expected.size() && System.nanoTime() < deadline) {
                LockSupport.parkNanos(20_000_000);
                history = history(node, code);
            }
            right += history.equals(expected) ? 1 : 0;
            events += history.size();
        }
        line(
                what + ": each link's events told once, in order",
                right == told.size(),
                "%d of %d histories right, %d events",
                right,
                told.size(),
                events);
    }

    private List<String> history(String node, String code) {
        List<String> types = new ArrayList<>();
        Reply reply = call("GET", node + "/api/links/" + code + "/history", null);
        if (reply.status == 200) {
            reply.json().forEach(event -> types.add(event.path("type").asText()));
        }
        return types;
    }

    private void killANode(NodeProcess victim, String survivor) throws InterruptedException {
        String code = create(survivor, Map.of("target", "https://example.com/"));
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger sent = new AtomicInteger();
        CountDownLatch enough = new CountDownLatch(300);
        ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
        for (int caller = 0; caller < CALLERS; caller++) {
            pool.execute(() -> {
                for (int i = 0; i < 5_000; i++) {
                    sent.incrementAndGet();
                    if (call("GET", victim.url() + "/" + code, null).status != 302) {
                        return;
                    }
                    answered.incrementAndGet();
                    enough.countDown();
                }
            });
        }
        boolean warm = enough.await(60, TimeUnit.SECONDS);
        victim.kill();
        end(pool);
        int recorded = counted(survivor, code, answered.get());
        line(
                "kill -9 of a node under load: no answered click is lost",
                warm && recorded >= answered.get() && recorded <= sent.get(),
                "%d answered, %d on record, %d sent",
                answered.get(),
                recorded,
                sent.get());
        int served = 0;
        for (int i = 0; i < 50; i++) {
            served += call("GET", survivor + "/" + code, null).status == 302 ? 1 : 0;
        }
        line("the other node goes on", served == 50, "%d of 50 redirects", served);
    }

    /** One after the other, while callers go to those that say they are ready. */
    private void restartBothNodes(Map<String, String> settings, Path log) throws IOException, InterruptedException {
        List<NodeProcess> nodes = new ArrayList<>();
        AtomicReferenceArray<@Nullable String> ready = new AtomicReferenceArray<>(2);
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(CALLERS + 1);
        try {
            nodes.add(NodeProcess.start(settings, log));
            nodes.add(NodeProcess.start(settings, log));
            List<String> urls = new CopyOnWriteArrayList<>(
                    List.of(nodes.get(0).url(), nodes.get(1).url()));
            String code = create(urls.get(0), Map.of("target", "https://example.com/"));
            pool.execute(() -> {
                while (!over.get()) {
                    for (int i = 0; i < 2; i++) {
                        String url = urls.get(i);
                        ready.set(i, call("GET", url + "/health/ready", null).status == 200 ? url : null);
                    }
                    LockSupport.parkNanos(30_000_000);
                }
            });
            for (int caller = 0; caller < CALLERS; caller++) {
                int first = caller;
                pool.execute(() -> {
                    for (int i = first; i < 100_000 && !over.get(); i++) {
                        String url = ready.get(i % 2);
                        if (url != null) {
                            boolean makes = i / 2 % 10 == 0;
                            int status = makes
                                    ? call("POST", url + "/api/links", Map.of("target", "https://example.com/")).status
                                    : call("GET", url + "/" + code, null).status;
                            (status == (makes ? 201 : 302) ? answered : failed).incrementAndGet();
                        }
                        LockSupport.parkNanos(2_000_000);
                    }
                });
            }
            boolean all = awaitMore(answered, 200);
            for (int i = 0; i < 2; i++) {
                nodes.get(i).close();
                nodes.set(i, NodeProcess.start(settings, log));
                urls.set(i, nodes.get(i).url());
                all &= awaitMore(answered, 200);
            }
            over.set(true);
            end(pool);
            line(
                    "both nodes restarted one after the other under load: no request fails",
                    all && failed.get() == 0,
                    "%d answered, %d failed",
                    answered.get(),
                    failed.get());
        } finally {
            over.set(true);
            pool.shutdown();
            nodes.forEach(NodeProcess::close);
        }
    }

    private void restartRedis(String node, Redis redis) throws InterruptedException {
        duringLoad(
                "Redis killed and restarted under load",
                node,
                () -> {
                    redis.kill();
                    redis.restart();
                },
                true);
    }

    private void restartPostgres(String node, Postgres postgres) throws InterruptedException {
        duringLoad(
                "PostgreSQL killed and restarted under load",
                node,
                () -> {
                    postgres.kill();
                    postgres.restart();
                },
                false);
    }

    private void restartKafka(String node, Kafka kafka) throws InterruptedException {
        duringLoad(
                "Kafka killed and restarted under load",
                node,
                () -> {
                    kafka.kill();
                    makeHistory(node);
                    kafka.restart();
                },
                false);
    }

    /** Errors may be the answer while the engine is away, if {@code noErrors} does not forbid; lost clicks never. */
    private void duringLoad(String what, String node, Runnable fault, boolean noErrors) throws InterruptedException {
        String code = create(node, Map.of("target", "https://example.com/"));
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        AtomicInteger slowest = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
        for (int caller = 0; caller < CALLERS; caller++) {
            pool.execute(() -> {
                for (int i = 0; i < 20_000 && !over.get(); i++) {
                    long start = System.nanoTime();
                    (call("GET", node + "/" + code, null).status == 302 ? answered : failed).incrementAndGet();
                    slowest.accumulateAndGet((int) ((System.nanoTime() - start) / 1_000_000), Math::max);
                }
            });
        }
        awaitMore(answered, 100);
        fault.run();
        boolean again = awaitMore(answered, 200);
        over.set(true);
        end(pool);
        int recorded = counted(node, code, answered.get());
        boolean counted = recorded >= answered.get() && recorded <= answered.get() + failed.get();
        line(
                what + ": serves again, no answered click lost",
                again && counted && (!noErrors || failed.get() == 0),
                "%d answered, %d errors, %d on record, slowest %d ms",
                answered.get(),
                failed.get(),
                recorded,
                slowest.get());
    }

    private static boolean awaitMore(AtomicInteger count, int more) {
        int before = count.get();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (count.get() < before + more) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(20_000_000);
        }
        return true;
    }

    private static void end(ExecutorService pool) throws InterruptedException {
        pool.shutdown();
        if (!pool.awaitTermination(2, TimeUnit.MINUTES)) {
            throw new IllegalStateException("callers hang");
        }
    }

    private String create(String node, Map<String, ?> wish, String... headers) {
        Reply reply = call("POST", node + "/api/links", wish, headers);
        if (reply.status != 201) {
            throw new IllegalStateException("a link could not be made: " + reply);
        }
        return reply.json().path("code").asText();
    }

    /** What is counted once that is at least {@code least} and has come to rest, or a minute has passed. */
    private int counted(String node, String code, int least) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        int before = -1;
        int now = visits(node, code);
        while ((now < least || now != before) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(now < least ? 20_000_000 : 300_000_000);
            before = now;
            now = visits(node, code);
        }
        return now;
    }

    private int visits(String node, String code) {
        return call("GET", node + "/api/links/" + code + "/stats", null)
                .json()
                .path("visits")
                .asInt(-1);
    }

    private Reply call(String method, String address, @Nullable Object body, String... headers) {
        return call(key, method, address, body, headers);
    }

    private Reply call(String by, String method, String address, @Nullable Object body, String... headers) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address))
                    .timeout(Duration.ofSeconds(30))
                    .header("User-Agent", "Mozilla/5.0 showcase")
                    .header("Authorization", "Bearer " + by)
                    .method(
                            method,
                            body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
            for (int i = 0; i < headers.length; i += 2) {
                request.header(headers[i], headers[i + 1]);
            }
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(
                    response.statusCode(),
                    response.headers().firstValue("Location").orElse(""),
                    response.body());
        } catch (IOException e) {
            return new Reply(0, "", "no answer: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply(0, "", "interrupted");
        }
    }
}
