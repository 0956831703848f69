package dev.backendmastery.showcase;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import dev.backendmastery.engines.Engine;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.Redis;
import dev.backendmastery.shortener.ShortenerConfig;
import dev.backendmastery.shortener.ShortenerNode;
import io.javalin.Javalin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A person makes a link, follows it, and sees the click arrive; needs Chromium and is skipped by name without it. */
final class BrowserTest {

    private static final String KEY = ShortenerConfig.KEYS.generate(new SecureRandom());

    @Test
    void aPersonMakesALinkFollowsItAndSeesTheClickArrive() {
        Path chromium = Path.of(Objects.requireNonNullElse(System.getenv("CHROMIUM"), "/usr/bin/chromium"));
        assumeTrue(Files.isExecutable(chromium), "Chromium is not installed at " + chromium);
        Engines.start(Engine.POSTGRES, Engine.REDIS);
        Redis redis = Engines.redis();
        Javalin target = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.jetty.host = "127.0.0.1";
            config.routes.get("/", context -> context.html("<title>Arrived</title><h1>Arrived</h1>"));
        });
        target.start(0);
        ShortenerConfig config = ShortenerConfig.on(
                        Engines.postgres().createDatabase(),
                        redis.host(),
                        redis.port(),
                        "a secret for the browser, 32 characters long",
                        KEY)
                .exemptTarget("127.0.0.1:" + target.port())
                .build();
        try (ShortenerNode node = ShortenerNode.start(config);
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
            // As a person's browser: the test's own name would be counted as a robot.
            Page page = browser.newContext(new Browser.NewContextOptions().setUserAgent("Mozilla/5.0 (X11) Person/1.0"))
                    .newPage();
            page.navigate(node.url());
            assertThat(page.getByText("Sign out")).isHidden();
            page.getByLabel("API key").fill(KEY);
            page.getByLabel("Target").fill("http://127.0.0.1:" + target.port() + "/");
            page.getByLabel("Alias").fill("my-first-link");
            page.getByLabel("Title").fill("My <b>first</b> link");
            page.getByLabel("Tags").first().fill("mine, first-ones");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Create"))
                    .click();
            assertThat(page.getByRole(AriaRole.STATUS)).hasText("Made " + node.url() + "/my-first-link");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Watch"))
                    .click();
            assertThat(page.locator("#numbers")).hasAttribute("data-visits", "0");
            Page followed =
                    page.waitForPopup(() -> page.getByText("my-first-link", new Page.GetByTextOptions().setExact(true))
                            .first()
                            .click());
            assertThat(followed.getByRole(AriaRole.HEADING)).hasText("Arrived");
            assertEquals("http://127.0.0.1:" + target.port() + "/", followed.url());
            assertThat(page.locator("#numbers")).hasAttribute("data-visits", "1");
            assertThat(page.locator("#qr svg")).isVisible();
            page.getByLabel("Find").fill("nothing");
            assertThat(page.locator("#tags")).containsText("0 found");
            page.getByLabel("Find").fill("first");
            assertThat(page.locator("#tags")).containsText("1 found");
            assertThat(page.locator("#links strong")).hasText("My <b>first</b> link");
            assertThat(page.locator("#links strong em")).hasText("first");
            page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("mine 1"))
                    .click();
            assertThat(page.locator("#tags .chosen")).hasText("mine 1");
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of("target", "shortener.png"))
                    .setFullPage(true));
            accounts(browser, node.url());
        } finally {
            target.stop();
        }
    }

    /** Signs up from a protected page, makes a link and a key, changes the password, and signs out. */
    private static void accounts(Browser browser, String url) {
        List<String> complaints = new CopyOnWriteArrayList<>();
        Page page = browser.newContext(new Browser.NewContextOptions().setUserAgent("Mozilla/5.0 (X11) Person/2.0"))
                .newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text());
            }
        });
        page.navigate(url + "/account");
        assertEquals(url + "/sign-in?next=/account", page.url());
        Locator up = page.locator("#up");
        up.getByLabel("Name").fill("Person-2");
        up.getByLabel("Password").fill("one long sentence of mine");
        up.getByRole(AriaRole.BUTTON).click();
        page.waitForURL(url + "/account");
        assertThat(page.locator("#name")).hasText("person-2");
        assertThat(page.locator("#sessions tr")).hasCount(1);
        assertThat(page.locator("#sessions")).containsText("here");
        page.locator("#new-key").getByLabel("Name").fill("a script");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Make a key"))
                .click();
        assertThat(page.locator("#secret code")).containsText("bmk_");
        assertThat(page.locator("#keys tr")).hasCount(1);
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target", "account.png"))
                .setFullPage(true));
        Locator password = page.locator("#password");
        password.getByLabel("Now").fill("one long sentence of mine");
        password.getByLabel("New").fill("one other sentence of mine");
        password.getByRole(AriaRole.BUTTON).click();
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("Changed");
        page.navigate(url);
        assertThat(page.locator("#name")).hasText("person-2");
        page.getByLabel("Target").fill("https://1.1.1.1/");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Create"))
                .click();
        assertThat(page.getByRole(AriaRole.STATUS)).containsText("Made");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign out"))
                .click();
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Sign in"))
                .click();
        page.waitForURL(url + "/sign-in");
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target", "sign-in.png"))
                .setFullPage(true));
        Locator in = page.locator("#in");
        in.getByLabel("Name").fill("person-2");
        in.getByLabel("Password").fill("one other sentence of mine");
        in.getByRole(AriaRole.BUTTON).click();
        page.waitForURL(url + "/");
        assertThat(page.locator("#name")).hasText("person-2");
        assertEquals(List.of(), complaints, "what the browser complained of");
    }
}
