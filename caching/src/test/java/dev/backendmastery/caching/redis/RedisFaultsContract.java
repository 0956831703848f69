package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.backendmastery.core.lease.LeaseStoreException;
import dev.backendmastery.engines.FaultProxy;
import dev.backendmastery.engines.Redis;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/**
 * What everything that stands on Redis must hold when Redis fails: each call is over within its deadline with what the subject
 * has stated for that fault, and all is well again when Redis is.
 */
@DisplayName("A user of Redis")
@Timeout(60)
abstract class RedisFaultsContract {

    /** What a call answers that throws the typed error. */
    static final String THROWS = "throws";

    static final Duration DEADLINE = Duration.ofMillis(450);

    /** A call may be two round trips, and the machine busy. */
    private static final Duration MOST = DEADLINE.multipliedBy(2).plusSeconds(1);

    /** Ways in which Redis fails. */
    enum Fault {
        KILLED,
        PAUSED,
        PARTITIONED,
        RESTARTED_EMPTY,
        OUT_OF_MEMORY,
        SCRIPTS_FLUSHED;

        /** Whether Redis cannot be asked at all. */
        boolean isOutage() {
            return this == KILLED || this == PAUSED || this == PARTITIONED;
        }
    }

    /** One server for all subjects, since starting one takes longer than a fault. */
    static final class Faulty {
        static final Redis SERVER = Redis.builder().start();
        static final FaultProxy PROXY = FaultProxy.to(SERVER);
        static final URI ADDRESS = URI.create(PROXY.through(SERVER.uri()));
        static final RedisClient CLIENT = RedisClients.connect(ADDRESS, 4, DEADLINE);
        static final RedisClient DIRECT = RedisClients.connect(URI.create(SERVER.uri()), 2, Duration.ofSeconds(9));

        private Faulty() {}
    }

    private final Map<String, Callable<?>> calls = new LinkedHashMap<>();

    /** Makes the subject, with {@code client}, in a state in which all calls answer as {@link #healthy} says. */
    protected abstract void open(RedisClient client, String name) throws Exception;

    /** Adds the subject's calls, in the order in which they are to be made, by {@link #call}. */
    protected abstract void calls();

    /** What {@code call} answers while all is well. */
    protected abstract String healthy(String call);

    /** What {@code call} answers during {@code fault}: a text, or {@link #THROWS}. */
    protected abstract String stated(Fault fault, String call);

    /** Lets the subject notice {@code fault} if that takes it a stated time. */
    protected void settle(Fault fault) {}

    /** Ends the subject. */
    protected void shut() {}

    protected final void call(String name, Callable<?> call) {
        calls.put(name, call);
    }

    @BeforeEach
    void begin() throws Exception {
        await("Redis", RedisFaultsContract::isUp);
        open(Faulty.CLIENT, Shared.name());
        calls();
    }

    @AfterEach
    void end() {
        shut();
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, () -> what + " has not come");
            LockSupport.parkNanos(5_000_000);
        }
    }

    static boolean isUp() {
        try {
            for (int connection = 0; connection < 4; connection++) {
                Faulty.CLIENT.ping(); // throws for each that is broken
            }
            return Faulty.DIRECT.ping().equals("PONG");
        } catch (JedisException e) {
            return false;
        }
    }

    private static void inject(Fault fault) {
        switch (fault) {
            case KILLED -> Faulty.SERVER.kill();
            case PAUSED -> Faulty.SERVER.pause();
            case PARTITIONED -> Faulty.PROXY.drop(FaultProxy.Direction.TO_CLIENT);
            case RESTARTED_EMPTY -> {
                Faulty.SERVER.kill();
                Faulty.SERVER.restart();
                await("Redis", RedisFaultsContract::isUp);
            }
            case OUT_OF_MEMORY -> Faulty.DIRECT.configSet("maxmemory", "1");
            case SCRIPTS_FLUSHED -> Faulty.DIRECT.scriptFlush();
        }
    }

    private static void heal(Fault fault) {
        switch (fault) {
            case KILLED -> Faulty.SERVER.restart();
            case PAUSED -> Faulty.SERVER.resume();
            case PARTITIONED -> Faulty.PROXY.heal();
            case OUT_OF_MEMORY -> Faulty.DIRECT.configSet("maxmemory", "0");
            case RESTARTED_EMPTY, SCRIPTS_FLUSHED -> {}
        }
    }

    /** What the call answers; fails if it takes too long. */
    private static String answer(String name, Callable<?> call) throws InterruptedException {
        CompletableFuture<Object> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                answer.complete(String.valueOf(call.call()));
            } catch (RedisUnavailableException | LeaseStoreException e) {
                answer.complete(THROWS);
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        try {
            return String.valueOf(answer.get(MOST.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return fail(name + " hangs");
        } catch (ExecutionException e) {
            return fail(name + " throws what is not its typed error", e.getCause());
        }
    }

    private void suffer(Fault fault) throws Exception {
        Map<String, String> expected = new LinkedHashMap<>();
        calls.keySet().forEach(name -> expected.put(name, stated(fault, name)));
        inject(fault);
        try {
            settle(fault);
            Map<String, String> answers = new LinkedHashMap<>();
            for (Map.Entry<String, Callable<?>> each : calls.entrySet()) {
                answers.put(each.getKey(), answer(each.getKey(), each.getValue()));
            }
            assertEquals(expected, answers, () -> "while Redis is " + fault);
        } finally {
            heal(fault);
        }
        await("Redis", RedisFaultsContract::isUp);
        shut();
        calls.clear();
        open(Faulty.CLIENT, Shared.name());
        calls();
        for (String name : calls.keySet()) {
            assertEquals(
                    healthy(name),
                    answer(name, Objects.requireNonNull(calls.get(name), name)),
                    () -> name + " after Redis was " + fault);
        }
    }

    @Test
    @DisplayName("RF-1 answers as stated within its deadline while Redis is killed, and is well after")
    void killed() throws Exception {
        suffer(Fault.KILLED);
    }

    @Test
    @DisplayName("RF-2 answers as stated within its deadline while Redis stands still, and is well after")
    void paused() throws Exception {
        suffer(Fault.PAUSED);
    }

    @Test
    @DisplayName("RF-3 answers as stated within its deadline while the network swallows all answers, and is well after")
    void partitioned() throws Exception {
        suffer(Fault.PARTITIONED);
    }

    @Test
    @DisplayName("RF-4 goes on with a Redis that has lost everything")
    void restartedEmpty() throws Exception {
        suffer(Fault.RESTARTED_EMPTY);
    }

    @Test
    @DisplayName("RF-5 answers as stated while Redis has no memory left, and is well after")
    void outOfMemory() throws Exception {
        suffer(Fault.OUT_OF_MEMORY);
    }

    @Test
    @DisplayName("RF-6 does not notice that Redis has lost its scripts")
    void scriptsFlushed() throws Exception {
        suffer(Fault.SCRIPTS_FLUSHED);
    }
}
