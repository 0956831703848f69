package dev.backendmastery.showcase.view;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.javalin.Javalin;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as a person sees it, told by the real SDK; needs Chromium and is skipped by name without it. */
final class ViewBrowserTest {

    private static final LocatorAssertions.ContainsTextOptions SOON =
            new LocatorAssertions.ContainsTextOptions().setTimeout(15_000);

    /** What is seen, not what is there. */
    private static final LocatorAssertions.ContainsTextOptions INNER =
            new LocatorAssertions.ContainsTextOptions().setUseInnerText(true);

    @TempDir
    Path folder = Path.of("");

    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> planted = new CopyOnWriteArrayList<>();

    private final class OneFault implements Faults {
        @Override
        public List<Fault> all() {
            return List.of(new Fault(
                    "slow-query", "Slow query", "find the route whose p99 rises", planted.contains("slow-query")));
        }

        @Override
        public boolean plant(String name) {
            return planted.add(name);
        }
    }

    @Test
    void aPersonFindsTheSlowRequestItsQueryItsLogLinesAndWhatItLedTo() throws IOException {
        Path chromium = Path.of(Objects.requireNonNullElse(System.getenv("CHROMIUM"), "/usr/bin/chromium"));
        assumeTrue(Files.isExecutable(chromium), "Chromium is not installed at " + chromium);
        Path log = folder.resolve("nodes.log");
        Javalin node = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.jetty.host = "127.0.0.1";
            config.routes.get(
                    "/health/ready",
                    context -> context.contentType("application/json")
                            .result(
                                    "{\"status\":\"DEGRADED\",\"checks\":{\"postgres\":{\"status\":\"UP\",\"critical\":true,\"millis\":2},"
                                            + "\"search\":{\"status\":\"DOWN\",\"critical\":false,\"millis\":1001,\"problem\":\"no answer within 1000 ms\"}}}"));
        });
        node.start(0);
        ScheduledExecutorService traffic = Executors.newSingleThreadScheduledExecutor();
        try (View view = View.start(0, log);
                Told one = new Told(view.otlp(), "one");
                Told two = new Told(view.otlp(), "two");
                Playwright playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                Browser browser = playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(chromium)
                                .setArgs(List.of(
                                        "--no-sandbox",
                                        "--disable-gpu",
                                        "--disable-quic",
                                        "--no-first-run",
                                        "--disable-background-networking",
                                        "--disable-component-update",
                                        "--disable-sync")))) {
            view.faults(new OneFault());
            view.nodes(Map.of("one", "http://127.0.0.1:" + node.port(), "two", "http://127.0.0.1:1"));
            // Nobody listens on port 1.
            List<SpanData> slow = one.visit(Instant.now(), "/slow-one", 1_400_000, true);
            SpanData query = slow.stream()
                    .filter(span -> span.getName().equals("SELECT link"))
                    .findFirst()
                    .orElseThrow();
            Files.writeString(
                    log,
                    "{\"time\":\"" + Instant.now() + "\",\"level\":\"WARN\",\"trace_id\":\"" + query.getTraceId()
                            + "\",\"span_id\":\"" + query.getSpanId()
                            + "\",\"logger\":\"shortener\",\"message\":\"the <i>lock</i> was not had\",\"code\":\"slow-one\",\"exception.stacktrace\":\"LockException: <u>not</u> had\\n\\tat X\"}\n"
                            + "a line that is no JSON\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            Random random = new Random(3);
            var unused = traffic.scheduleAtFixedRate(
                    () -> {
                        Told told = random.nextBoolean() ? one : two;
                        told.visit(
                                Instant.now(),
                                random.nextInt(3) > 0 ? "/hot" : "/code" + random.nextInt(20),
                                (long) (1_000 * Math.exp(random.nextGaussian())),
                                false);
                        told.request(
                                "GET", "/api/links/{code}/stats", 200, 0.012 * Math.exp(random.nextGaussian() * 0.4));
                        told.request("POST", "/api/links", random.nextInt(8) == 0 ? 503 : 201, 0.03);
                    },
                    0,
                    100,
                    TimeUnit.MILLISECONDS);
            Page page = browser.newContext(new Browser.NewContextOptions().setViewportSize(1_440, 1_000))
                    .newPage();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error")) {
                    complaints.add(message.text());
                }
            });
            page.onPageError(complaints::add);
            page.navigate(view.url());
            requests(page);
            numbersAndHealth(page);
            page.getByLabel("errors only").check();
            Locator failed = page.locator("#traces tbody tr.failed").first();
            assertThat(failed).containsText("GET /{code}", SOON);
            failed.getByRole(AriaRole.LINK).focus();
            page.keyboard().press("Enter");
            trace(page, slow, query);
            heat(page);
            faults(page);
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of("target", "view-light.png"))
                    .setFullPage(true));
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of("target", "view-dark.png"))
                    .setFullPage(true));
            page.setViewportSize(420, 900);
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of("target", "view-narrow.png"))
                    .setFullPage(true));
            assertEquals(
                    true,
                    page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"),
                    "nothing is wider than the page");
            assertEquals("View", page.title());
            assertEquals(List.of(), complaints, "what the browser complained of");
        } finally {
            traffic.shutdownNow();
            node.stop();
        }
    }

    private static void requests(Page page) {
        Locator visits = page.locator("#red tbody tr")
                .filter(new Locator.FilterOptions().setHasText("GET/{code}").setHasNotText("stats"));
        assertThat(visits).containsText(Pattern.compile("[1-9][0-9.]* /s"), SOON);
        assertThat(visits.locator("svg").first().locator("path").last()).hasAttribute("d", Pattern.compile("M.*L.*"));
        Locator made = page.locator("#red tbody tr")
                .filter(new Locator.FilterOptions().setHasText("POST").setHasText("/api/links"));
        assertThat(made.locator("td").nth(5)).containsText("ms", SOON);
        assertThat(made.locator("td.bad")).containsText(Pattern.compile("[0-9.]+ /s"), SOON);
        Locator share = page.locator("#top li").first();
        assertThat(share).containsText("/hot", SOON);
    }

    private static void numbersAndHealth(Page page) {
        assertThat(page.locator("#pools")).containsText("7 of 10 in use, 4 wait", SOON);
        assertThat(page.locator("#numbers")).containsText("cache.hits", SOON);
        assertThat(page.locator("#numbers")).containsText("messaging.consumer.lag", SOON);
        Locator health = page.locator("#health");
        assertThat(health).containsText("search DOWN", SOON);
        assertThat(health).containsText("problem no answer within 1000 ms");
        assertThat(health).containsText("does not answer");
        assertThat(health.locator("li .dot.up")).hasCount(1);
        assertThat(health.locator("li .dot.down")).hasCount(1);
    }

    private static void trace(Page page, List<SpanData> slow, SpanData query) {
        Locator spans = page.locator("#spans");
        assertThat(spans.locator(".span")).hasCount(5);
        assertThat(page.locator("#trace-id")).containsText(query.getTraceId());
        assertThat(spans.locator(".span.failed")).hasCount(2);
        assertThat(spans.locator(".span.SERVER .track em")).hasText("1.40 s");
        assertThat(page.locator("#lines")).containsText("the <i>lock</i> was not had", SOON);
        assertThat(page.locator("#lines")).containsText("code=slow-one");
        assertThat(page.locator("#lines")).not().containsText("at X", INNER);
        page.locator("#lines summary").click();
        assertThat(page.locator("#lines")).containsText("LockException: <u>not</u> had\n\tat X", INNER);
        Locator root = spans.locator(".span.SERVER");
        root.getByRole(AriaRole.BUTTON).click();
        assertThat(root.locator(".more")).containsText(Told.HTML);
        assertThat(root.locator("img, .more b")).hasCount(0);
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target", "view-trace.png"))
                .setFullPage(true));
        SpanData process = slow.stream()
                .filter(span -> span.getKind() == SpanKind.CONSUMER)
                .findFirst()
                .orElseThrow();
        spans.locator(".span.PRODUCER .hops a").click();
        assertThat(page.locator("#trace-id")).containsText(process.getTraceId());
        assertThat(spans.locator(".span")).hasCount(2);
        assertThat(spans.locator(".span.CONSUMER > button")).isFocused();
        Locator back = spans.locator(".span.CONSUMER .hops a");
        assertThat(back).containsText("send clicks");
        back.click();
        assertThat(page.locator("#trace-id")).containsText(query.getTraceId());
    }

    private void heat(Page page) {
        page.getByLabel("errors only").uncheck();
        Locator map = page.locator("#heat");
        Object painted = page.evaluate(
                "() => { const c = document.getElementById('heat'); const d = c.getContext('2d').getImageData(70, 0, c.width - 70, c.height).data;"
                        + " const seen = new Set(); for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 250) seen.add(d[i] + ',' + d[i + 1] + ',' + d[i + 2]); return seen.size; }");
        assertTrue(((Number) painted).intValue() > 3, "colours: " + painted);
        map.focus();
        for (int i = 0; i < 3; i++) {
            page.keyboard().press("ArrowLeft");
        }
        assertThat(page.locator("#heat-cell")).containsText("request");
        // Up to the one slow request, which is alone in the highest row, and back to when it was.
        Object cell = page.evaluate(
                "() => { const { data } = heat; const [x, y] = data.cells.find(([, y]) => y === data.rows - 1);"
                        + " heat.cursor = { second: data.endSecond - data.columns + 1 + x, row: data.lowest + y }; showHeat(); return data.rows; }");
        assertTrue(((Number) cell).intValue() > 5, "rows: " + cell);
        page.keyboard().press("Enter");
        Locator found = page.locator("#traces tbody tr");
        assertThat(found).hasCount(1);
        assertThat(found).containsText("1.40 s");
        page.locator("#cell-filter").click();
        assertThat(page.locator("#cell-filter")).isHidden();
    }

    private void faults(Page page) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Slow query"))
                .click();
        assertThat(page.locator("#hint")).containsText("find the route whose p99 rises");
        assertEquals(List.of("slow-query"), planted);
    }
}
