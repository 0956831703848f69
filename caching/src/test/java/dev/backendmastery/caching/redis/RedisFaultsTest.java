package dev.backendmastery.caching.redis;

import dev.backendmastery.caching.cache.Cache;
import dev.backendmastery.core.lease.Lease;
import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import redis.clients.jedis.RedisClient;

/** Each thing here that stands on Redis, under each fault. */
final class RedisFaultsTest {

    /** RC-2, RC-3, RC-11. */
    abstract static class OfACache extends RedisFaultsContract {

        @SuppressWarnings("NullAway.Init") // open() comes first
        Cache<String, String> cache;

        static RedisCache.Builder<String> settings(RedisClient client, String name) {
            return RedisCache.builder(client, name, Codec.strings()).retryAfter(Duration.ZERO);
        }

        void fill() {
            cache.put("there", "1");
            cache.put("removed", "1");
            cache.put("changed", "1");
        }

        @Override
        protected void calls() {
            call("look up", () -> cache.getIfPresent("there"));
            call("get", () -> cache.get("there", key -> "loaded"));
            call("load", () -> cache.get("not there", key -> "loaded"));
            call("put", () -> {
                cache.put("changed", "2");
                return cache.getIfPresent("changed");
            });
            call("remove", () -> {
                cache.remove("removed");
                return cache.getIfPresent("removed");
            });
            call("clear", () -> {
                cache.clear();
                return cache.getIfPresent("there");
            });
        }

        @Override
        protected String healthy(String call) {
            return switch (call) {
                case "look up", "get" -> "1";
                case "load" -> "loaded";
                case "put" -> "2";
                default -> "null";
            };
        }

        @Override
        protected String stated(Fault fault, String call) {
            if (fault.isOutage()) {
                return switch (call) {
                    case "look up" -> "null";
                    case "get", "load" -> "loaded";
                    default -> THROWS;
                };
            }
            return switch (fault) {
                case RESTARTED_EMPTY -> call.equals("look up") ? "null" : call.equals("get") ? "loaded" : healthy(call);
                case OUT_OF_MEMORY -> call.equals("put") ? "null" : healthy(call);
                default -> healthy(call);
            };
        }
    }

    @Nested
    @DisplayName("The cache")
    final class OfTheCache extends OfACache {

        @SuppressWarnings("NullAway.Init") // open() comes first
        private RedisCache<String> far;

        @Override
        protected void open(RedisClient client, String name) {
            far = settings(client, name).build();
            cache = far;
            fill();
        }

        @Override
        protected void calls() {
            call("get all", () -> far.getAll(List.of("there")));
            call("put all", () -> {
                far.putAll(Map.of("b", "2"));
                return far.getAll(List.of("b"));
            });
            super.calls();
        }

        @Override
        protected String healthy(String call) {
            return switch (call) {
                case "get all" -> "{there=1}";
                case "put all" -> "{b=2}";
                default -> super.healthy(call);
            };
        }

        @Override
        protected String stated(Fault fault, String call) {
            boolean all = call.equals("get all");
            if (all && (fault.isOutage() || fault == Fault.RESTARTED_EMPTY)) {
                return "{}";
            }
            return call.equals("put all") && fault == Fault.OUT_OF_MEMORY ? "{}" : super.stated(fault, call);
        }
    }

    @Nested
    @DisplayName("The tiered cache")
    final class OfTheTieredCache extends OfACache {

        @SuppressWarnings("NullAway.Init") // open() comes first
        private TieredCache<String> tiered;

        @Override
        protected void open(RedisClient client, String name) {
            tiered = TieredCache.builder(settings(client, name).build(), Faulty.ADDRESS)
                    .heartbeat(Duration.ofMillis(100), Duration.ofMillis(100))
                    .build();
            cache = tiered;
            await("tracking", tiered::isTracking);
            fill();
            cache.getIfPresent("there");
        }

        @Override
        protected void settle(Fault fault) {
            if (fault.isOutage()) {
                await("that it is noticed", () -> !tiered.isTracking());
            } else if (fault == Fault.RESTARTED_EMPTY) {
                await("tracking", () -> tiered.isTracking() && cache.getIfPresent("there") == null);
            }
        }

        @Override
        protected void shut() {
            tiered.close();
        }
    }

    /** RRL-1. */
    @Nested
    @DisplayName("The limiters")
    final class OfTheLimiters extends RedisFaultsContract {

        @SuppressWarnings("NullAway.Init") // open() comes first
        private RedisRateLimiter bucket;

        @SuppressWarnings("NullAway.Init") // as above
        private RedisRateLimiter window;

        @Override
        protected void open(RedisClient client, String name) {
            bucket = RedisRateLimiter.builder(client, name, Rate.perMinute(10), 10)
                    .retryAfter(Duration.ZERO)
                    .build();
            window = RedisRateLimiter.slidingWindow(client, name + "w", Rate.perMinute(10))
                    .shareWhenDown(2, 10)
                    .retryAfter(Duration.ZERO)
                    .build();
            bucket.tryAcquireUpTo("key", 4);
            window.tryAcquireUpTo("key", 4);
        }

        @Override
        protected void calls() {
            call("bucket", () -> bucket.tryAcquireUpTo("key", 100));
            call("window", () -> window.tryAcquireUpTo("key", 100));
        }

        @Override
        protected String healthy(String call) {
            return "6";
        }

        @Override
        protected String stated(Fault fault, String call) {
            return switch (fault) {
                case RESTARTED_EMPTY -> "10";
                case SCRIPTS_FLUSHED -> "6";
                default -> call.equals("bucket") ? "0" : "5";
            };
        }
    }

    @Nested
    @DisplayName("The lease store")
    final class OfTheLeaseStore extends RedisFaultsContract {

        @SuppressWarnings("NullAway.Init") // open() comes first
        private RedisLeaseStore store;

        @SuppressWarnings("NullAway.Init") // as above
        private Lease lease;

        @Override
        protected void open(RedisClient client, String name) {
            store = new RedisLeaseStore(client, name, Ticker.system());
            lease = store.tryAcquire("held", "me", Duration.ofMinutes(1)).orElseThrow();
        }

        @Override
        protected void calls() {
            call("acquire", () -> store.tryAcquire("free", "me", Duration.ofMinutes(1))
                    .isPresent());
            call("acquire what is held", () -> store.tryAcquire("held", "other", Duration.ofMinutes(1))
                    .map(Lease::epoch)
                    .map(epoch -> epoch > lease.epoch()));
            call("renew", () -> store.renew(lease, Duration.ofMinutes(1)).isPresent());
            call("release", () -> store.release(lease));
        }

        @Override
        protected String healthy(String call) {
            return call.equals("acquire what is held") ? String.valueOf(Optional.empty()) : "true";
        }

        @Override
        protected String stated(Fault fault, String call) {
            if (fault.isOutage()) {
                return THROWS;
            }
            return switch (fault) {
                // The second holder's epoch is greater, so what is fenced is safe; the first is told that it has lost.
                case RESTARTED_EMPTY ->
                    switch (call) {
                        case "acquire" -> "true";
                        case "acquire what is held" -> String.valueOf(Optional.of(true));
                        default -> "false";
                    };
                case OUT_OF_MEMORY -> call.equals("acquire what is held") ? healthy(call) : THROWS;
                default -> healthy(call);
            };
        }
    }

    /** CT-6. */
    @Nested
    @DisplayName("The counters")
    final class OfTheCounters extends RedisFaultsContract {

        @SuppressWarnings("NullAway.Init") // open() comes first
        private RedisCounter counter;

        @Override
        protected void open(RedisClient client, String name) {
            counter = new RedisCounter(client, name, Duration.ofHours(1));
            counter.add("a", 5);
            counter.add("b", 5);
        }

        @Override
        protected void calls() {
            call("get", () -> counter.get("a"));
            call("add", () -> counter.add("a", 1));
            call("add up to", () -> counter.addUpTo("b", 5, 10).orElse(-1));
            call("get all", () -> counter.getAll(List.of("a")));
            call("add all", () -> counter.addAll(Map.of("c", 1L)));
        }

        @Override
        protected String healthy(String call) {
            return switch (call) {
                case "get" -> "5";
                case "add" -> "6";
                case "add up to" -> "10";
                case "get all" -> "{a=6}";
                default -> "{c=1}";
            };
        }

        @Override
        protected String stated(Fault fault, String call) {
            if (fault.isOutage()) {
                return THROWS;
            }
            return switch (fault) {
                case RESTARTED_EMPTY ->
                    switch (call) {
                        case "get" -> "0";
                        case "add" -> "1";
                        case "add up to" -> "5";
                        case "get all" -> "{a=1}";
                        default -> "{c=1}";
                    };
                case OUT_OF_MEMORY -> call.equals("get") ? "5" : call.equals("get all") ? "{a=5}" : THROWS;
                default -> healthy(call);
            };
        }
    }

    /** LB-6. */
    @Nested
    @DisplayName("The leaderboard")
    final class OfTheLeaderboard extends RedisFaultsContract {

        @SuppressWarnings("NullAway.Init") // open() comes first
        private RedisLeaderboard board;

        @Override
        protected void open(RedisClient client, String name) {
            board = new RedisLeaderboard(client, name);
            board.add("a", 5);
            board.add("b", 3);
        }

        @Override
        protected void calls() {
            call(
                    "rank",
                    () -> board.find("b").map(RedisLeaderboard.Standing::rank).orElse(0L));
            call("size", () -> board.size());
            call("add", () -> board.add("b", 3));
            call("top", () -> board.top(1).stream()
                    .map(RedisLeaderboard.Standing::member)
                    .toList());
            call("remove", () -> board.remove("a"));
        }

        @Override
        protected String healthy(String call) {
            return switch (call) {
                case "rank", "size" -> "2";
                case "add" -> "6";
                case "top" -> "[b]";
                default -> "true";
            };
        }

        @Override
        protected String stated(Fault fault, String call) {
            if (fault.isOutage()) {
                return THROWS;
            }
            return switch (fault) {
                case RESTARTED_EMPTY ->
                    switch (call) {
                        case "rank", "size" -> "0";
                        case "add" -> "3";
                        case "top" -> "[b]";
                        default -> "false";
                    };
                case OUT_OF_MEMORY -> call.equals("add") ? THROWS : call.equals("top") ? "[a]" : healthy(call);
                default -> healthy(call);
            };
        }
    }
}
