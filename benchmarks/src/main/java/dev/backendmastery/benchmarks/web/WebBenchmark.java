package dev.backendmastery.benchmarks.web;

import dev.backendmastery.security.web.CorsPolicy;
import dev.backendmastery.security.web.CsrfPolicy;
import dev.backendmastery.security.web.CsrfTokens;
import dev.backendmastery.security.web.MacKeys;
import dev.backendmastery.security.web.Origin;
import dev.backendmastery.security.web.RedirectGuard;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What each request pays: a form with its masked token, an origin of another site, a path to go to. The floor does with the platform's own classes what cannot be left out: one code, one
 * look-up in a set, one parse; and decides nothing else.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class WebBenchmark {

    private static final String SESSION = "session 9u3mJ2yH5l0cQ8wEr4tYuI1oPa7sDf6g";
    private static final String HERE = "https://app.example";
    private static final String NEXT = "/links/search?q=backend&tag=java&page=7";

    @Param({"ours", "floor-jdk"})
    public String impl;

    private Call csrf;
    private Call cors;
    private Call redirect;

    /** One decision. */
    private interface Call {
        Object decide() throws Exception;
    }

    @Setup
    public void create() {
        byte[] secret = new byte[32];
        secret[1] = 7;
        switch (impl) {
            case "ours" -> {
                CsrfTokens tokens = new CsrfTokens(MacKeys.of("a", secret));
                CsrfPolicy policy = new CsrfPolicy(tokens, Origin.of(HERE), Set.of());
                String token = tokens.issue(SESSION);
                CsrfPolicy.Request form = new CsrfPolicy.Request(
                        "POST", HERE, null, "same-origin", false, null, SESSION, token, tokens.mask(token));
                csrf = () -> {
                    policy.check(form);
                    return form;
                };
                CorsPolicy origins = CorsPolicy.forOrigins(Origin.of(HERE), Origin.of("https://b.example"))
                        .credentials()
                        .build();
                CorsPolicy.Request request = new CorsPolicy.Request("GET", HERE, null, null, null);
                cors = () -> origins.decide(request);
                RedirectGuard guard = RedirectGuard.paths();
                redirect = () -> guard.path(NEXT);
            }
            case "floor-jdk" -> {
                SecretKeySpec key = new SecretKeySpec(secret, "HmacSHA256");
                byte[] content = SESSION.getBytes(StandardCharsets.UTF_8);
                String code = Base64.getUrlEncoder().encodeToString(content);
                csrf = () -> {
                    Mac mac = Mac.getInstance("HmacSHA256");
                    mac.init(key);
                    return MessageDigest.isEqual(
                            mac.doFinal(content), Base64.getUrlDecoder().decode(code));
                };
                Set<String> origins = Set.of(HERE, "https://b.example");
                cors = () -> origins.contains(HERE);
                redirect = () -> new URI(NEXT).isAbsolute();
            }
            default -> throw new IllegalArgumentException("impl " + impl);
        }
    }

    /** A form with its token, its cookie and its origin. */
    @Benchmark
    public Object csrf() throws Exception {
        return csrf.decide();
    }

    /** A script of another origin that is allowed. */
    @Benchmark
    public Object cors() throws Exception {
        return cors.decide();
    }

    /** A path to go to. */
    @Benchmark
    public Object redirect() throws Exception {
        return redirect.decide();
    }
}
