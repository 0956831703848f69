package dev.backendmastery.benchmarks.security;

import dev.backendmastery.security.session.InMemorySessionStore;
import dev.backendmastery.security.session.SessionRefusedException;
import dev.backendmastery.security.session.Sessions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to know of theft: a refresh, and a check, against a map of random tokens in which one replaces the other. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(5)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class SessionBenchmark {

    /** Who keeps the sessions. */
    @Param({"ours-in-memory", "naive-map"})
    public String impl;

    private interface Contestant {
        String refresh(String token) throws SessionRefusedException;

        String check(String token) throws SessionRefusedException;
    }

    private Contestant contestant;
    private String token;

    /** Signs in once. */
    @Setup(Level.Iteration)
    public void setUp() {
        if (impl.equals("naive-map")) {
            SecureRandom random = new SecureRandom();
            Map<String, String> subjects = new ConcurrentHashMap<>();
            token = "first";
            subjects.put(token, "somebody");
            contestant = new Contestant() {
                @Override
                public String refresh(String token) {
                    byte[] bytes = new byte[32];
                    random.nextBytes(bytes);
                    String next = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
                    subjects.put(next, Objects.requireNonNull(subjects.remove(token)));
                    return next;
                }

                @Override
                public String check(String token) {
                    return Objects.requireNonNull(subjects.get(token));
                }
            };
        } else {
            Sessions sessions = Sessions.in(new InMemorySessionStore(), InstantSource.system())
                    .build();
            token = sessions.signIn("somebody", "a laptop", Set.of("read")).token();
            contestant = new Contestant() {
                @Override
                public String refresh(String token) throws SessionRefusedException {
                    return sessions.refresh(token).token();
                }

                @Override
                public String check(String token) throws SessionRefusedException {
                    return sessions.check(token).subject();
                }
            };
        }
    }

    /** One token used up for the next. */
    @Benchmark
    public String refresh() throws SessionRefusedException {
        token = contestant.refresh(token);
        return token;
    }

    /** Whose token it is. */
    @Benchmark
    public String check() throws SessionRefusedException {
        return contestant.check(token);
    }
}
