package dev.backendmastery.benchmarks.report;

import java.util.List;
import java.util.Locale;

/**
 * How much better ours should be than a peer: by at least this factor, whichever way the scores count.
 *
 * @param result the race
 * @param benchmark the discipline
 * @param threads how many threads at once
 * @param ours our contestant
 * @param peer the one to compare with
 * @param factor 1 is as good as the peer, 2 twice as good
 */
record Goal(String result, String benchmark, int threads, String ours, String peer, double factor) {

    static final List<Goal> ALL = List.of(
            new Goal("ratelimit", "granted", 1, "ours-token-bucket", "floor-nano-time", 1 / 1.35),
            new Goal("ratelimit", "rejected", 1, "ours-token-bucket", "floor-nano-time", 1 / 1.35),
            new Goal("ratelimit", "granted", 2, "ours-token-bucket", "bucket4j", 1.5),
            new Goal("ratelimit", "granted", 2, "ours-token-bucket", "resilience4j-atomic", 1.5),
            new Goal("ratelimit", "granted", 2, "ours-token-bucket", "guava", 1.5),
            new Goal("ratelimit", "granted", 2, "ours-token-bucket", "failsafe", 1.5),
            new Goal("ratelimit", "rejected", 2, "ours-token-bucket", "floor-nano-time", 0.95),
            new Goal("ratelimit", "granted", 2, "ours-leased", "resilience4j-semaphore", 3),
            new Goal("token", "rs256", 1, "ours", "floor-jca", 1 / 1.2),
            new Goal("token", "hs256", 1, "ours", "nimbus-processor", 3),
            new Goal("token", "hs256 bytes", 1, "ours", "nimbus-processor", 2.8),
            new Goal("password", "argon2id", 1, "ours", "floor-primitive", 1 / 1.05),
            new Goal("password", "bcrypt", 1, "ours", "floor-primitive", 1 / 1.05),
            new Goal("password", "pbkdf2", 1, "ours", "floor-primitive", 1 / 1.05),
            new Goal("apikey", "right", 1, "ours", "naive-bcrypt", 1_000),
            new Goal("apikey", "right", 1, "ours", "floor-sha256", 1.0 / 4),
            new Goal("apikey", "mistyped", 1, "ours", "floor-sha256", 1),
            new Goal("logs", "event", 1, "ours", "logstash", 1),
            new Goal("logs", "event", 1, "ours", "logback-json", 1),
            new Goal("logs", "event bytes", 1, "ours", "logstash", 1),
            new Goal("logs", "event bytes", 1, "ours", "logback-json", 1),
            new Goal("telemetry-redirect", "throughput", 16, "ours-sampled-out", "floor-no-telemetry", 0.97),
            new Goal("telemetry-redirect", "throughput", 16, "ours-a-tenth-sampled", "floor-no-telemetry", 0.95),
            new Goal("metrics", "add", 1, "ours", "floor-long-adder", 1 / 1.3),
            new Goal("metrics", "record", 1, "ours", "hdr-recorder", 1 / 1.5),
            new Goal("metrics", "record", 1, "ours", "hdr-concurrent", 1 / 1.5),
            new Goal("id", "next", 1, "ours-uuidv7-fast", "uuid-creator-v7-fast", 1.8),
            new Goal("id", "next", 1, "ours-snowflake", "tsid-creator", 0.95),
            new Goal("time", "scheduleAndCancel", 1, "ours-timing-wheel", "netty", 1),
            new Goal("time", "scheduleAndCancel", 2, "ours-timing-wheel", "netty", 1),
            new Goal("time", "scheduleAndCancel CPU", 1, "ours-timing-wheel", "netty", 1),
            new Goal("time", "scheduleAndCancel CPU", 2, "ours-timing-wheel", "netty", 1),
            new Goal("tick", "tick", 1, "ours-1000000-waiting", "ours-10-waiting", 1 / 1.2),
            new Goal("ringbuffer", "handOver", 1, "ours-spsc", "jctools-spsc", 0.95),
            new Goal("ringbuffer", "handOver", 1, "ours-mpsc", "jctools-mpsc", 0.95),
            new Goal("keyed-executor", "tasks", 1, "ours-keyed-executor", "guava-sequential", 1),
            new Goal("hashing", "bucket 10", 1, "ours-binomial", "hash4j-jumpback", 1 / 1.2),
            new Goal("hashing", "bucket 1000", 1, "ours-binomial", "hash4j-jumpback", 1 / 1.2),
            new Goal("hashing", "bucket 1023", 1, "ours-binomial", "hash4j-jumpback", 1 / 1.2),
            new Goal("hashing", "bucket 1024", 1, "ours-binomial", "hash4j-jumpback", 1 / 1.2),
            new Goal("hashing", "bucket 1025", 1, "ours-binomial", "hash4j-jumpback", 1 / 1.2),
            new Goal("hashing", "lookup", 1, "ours-ring", "naive-treemap-ring", 4),
            new Goal("hashing-movement", "moved 10", 1, "ours-binomial", "guava", 1 / 1.02),
            new Goal("hashing-movement", "moved 100", 1, "ours-binomial", "guava", 1 / 1.02),
            new Goal("sketch", "hit", 1, "ours-bloom", "guava-bloom", 3),
            new Goal("sketch", "miss", 1, "ours-bloom", "guava-bloom", 3),
            new Goal("sketch", "put", 1, "ours-bloom", "guava-bloom", 3),
            new Goal("sketch", "hit", 1, "ours-fuse", "fastfilter-xor-fuse", 1 / 1.2),
            new Goal("sketch", "add", 1, "ours-ultraloglog", "hash4j-ultraloglog", 1 / 1.5),
            new Goal("sketch-error", "false positives", 1, "ours-bloom", "guava-bloom", 1 / 1.05),
            new Goal("sketch-error", "false positives", 1, "ours-fuse", "fastfilter-xor-fuse", 1 / 1.02),
            new Goal("sketch-error", "bits per item", 1, "ours-fuse", "fastfilter-xor-fuse", 1),
            new Goal("sketch-error", "distinct error", 1, "ours-ultraloglog", "floor-ultraloglog-theory", 1 / 1.05),
            new Goal("resilience", "breaker", 1, "ours-count", "resilience4j-count", 1 / 0.7),
            new Goal("resilience", "breaker", 2, "ours-count", "resilience4j-count", 2),
            new Goal("resilience", "breaker", 1, "ours-count-slow", "resilience4j-count", 1 / 0.7),
            new Goal("resilience", "breaker", 2, "ours-count-slow", "resilience4j-count", 2),
            new Goal("resilience", "breaker", 1, "ours-time", "resilience4j-time", 1 / 0.7),
            new Goal("resilience", "breaker", 2, "ours-time", "resilience4j-time", 2),
            new Goal("resilience", "pipeline", 1, "ours", "resilience4j", 1),
            new Goal("resilience", "pipeline", 2, "ours", "resilience4j", 1),
            new Goal("resilience", "pipeline", 1, "ours-timeout", "resilience4j-timeout", 1),
            new Goal("adaptive-limit", "off at load 1.1", 1, "ours-gradient", "netflix-gradient2", 10),
            new Goal("balance", "p99", 1, "ours-peak-ewma", "naive-round-robin", 2),
            new Goal("balance", "failed", 1, "ours-peak-ewma", "naive-round-robin", 2),
            new Goal("balance", "failing host", 1, "ours-peak-ewma", "naive-ewma-no-penalty", 2),
            new Goal("cache", "hit 16384", 2, "ours-duel", "caffeine", 1.5),
            new Goal("cache", "hit 16384", 2, "ours-duel", "floor-concurrent-hash-map", 0.85),
            new Goal("cache", "hit 1048576", 2, "ours-duel", "caffeine", 1.5),
            new Goal("cache", "hit 1048576", 2, "ours-duel", "floor-concurrent-hash-map", 0.85),
            new Goal("cache", "mixed 16384", 2, "ours-duel", "caffeine", 1.15),
            new Goal("cache", "mixed 1048576", 2, "ours-duel", "caffeine", 1.15),
            new Goal("cache", "load", 2, "ours-duel", "caffeine", 1.2),
            new Goal("cache", "load", 2, "ours-sieve", "caffeine", 1.2),
            new Goal("cache-memory", "plain 100000", 1, "ours-duel", "floor-75-bytes", 1),
            new Goal("cache-memory", "plain 150000", 1, "ours-duel", "floor-75-bytes", 1),
            new Goal("hit-ratio", "mean of all", 1, "ours-duel", "caffeine", 1),
            new Goal("hit-ratio", "mean of applications", 1, "ours-duel", "caffeine", 1),
            new Goal("hit-ratio", "mean of applications", 1, "ours-duel", "floor-optimum", 0.84),
            new Goal("redis", "lock", 2, "ours-lease", "redisson-lock", 1),
            new Goal("redis", "limit", 2, "ours-limiter", "redisson-limiter", 1),
            new Goal("redis", "miss", 2, "ours-tiered", "redisson-local-cached-map", 1),
            new Goal("redis", "hit", 2, "ours-tiered", "redisson-local-cached-map", 1),
            new Goal("redis", "hit", 2, "ours-tiered", "floor-in-process-cache", 1 / 1.2),
            new Goal("log", "append, forced each batch", 1, "ours-file-log", "kafka", 1),
            new Goal("log", "append, forced by the way", 1, "ours-file-log", "kafka", 1),
            new Goal("log", "append, forced each batch, 32 wait", 1, "ours-file-log", "kafka", 1),
            new Goal("log", "append, forced by the way, 32 wait", 1, "ours-file-log", "kafka", 1),
            new Goal("consumer", "1000 keys", 1, "ours", "parallel-consumer", 1 / 1.1),
            new Goal("consumer", "1 key", 1, "ours", "naive-loop", 1 / 1.05),
            new Goal("outbox", "drain", 1, "ours-polling", "gruelbox", 10),
            new Goal("outbox", "drain", 1, "ours-polling-8-keys", "ours-polling", 0.7),
            new Goal("outbox", "commits", 64, "ours-woken", "floor-no-relay", 0.95),
            new Goal("outbox", "commit to ack, p99 idle", 1, "ours-woken", "floor-50-ms", 1),
            new Goal("analysis", "analyze standard", 1, "ours", "lucene", 1),
            new Goal("analysis", "analyze english", 1, "ours", "lucene", 1),
            new Goal("bulk", "bulk", 1, "ours", "naive-one-by-one", 10),
            new Goal("bulk", "bulk", 1, "ours", "elasticsearch-java", 1),
            new Goal("search", "or p50", 1, "ours", "lucene", 1 / 0.8),
            new Goal("search", "or p99", 1, "ours", "lucene", 1 / 0.8),
            new Goal("search", "and p50", 1, "ours", "lucene", 1),
            new Goal("search", "and p99", 1, "ours", "lucene", 1),
            new Goal("search", "phrase p50", 1, "ours", "lucene", 1),
            new Goal("search", "phrase p99", 1, "ours", "lucene", 1),
            new Goal("search", "prefix p50", 1, "ours", "lucene", 1),
            new Goal("search", "prefix p99", 1, "ours", "lucene", 1),
            new Goal("search", "fuzzy p50", 1, "ours", "lucene", 1),
            new Goal("search", "fuzzy p99", 1, "ours", "lucene", 1),
            new Goal("search", "index", 1, "ours", "lucene", 1),
            new Goal("search", "size", 1, "ours", "lucene", 1 / 1.5),
            new Goal("keyset", "page same", 1, "ours-keyset", "naive-offset", 10),
            new Goal("keyset", "page mixed", 1, "ours-keyset", "naive-offset", 10));

    /** The ratio of one run: its middle, and the least and the most that the forks allow. */
    record Ratio(double middle, double least, double most) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", middle, least, most);
        }
    }

    static Ratio ratio(Measurement ours, Measurement peer) {
        return ours.moreIsBetter()
                ? new Ratio(
                        ours.median() / peer.median(), ours.lowest() / peer.highest(), ours.highest() / peer.lowest())
                : new Ratio(
                        peer.median() / ours.median(), peer.lowest() / ours.highest(), peer.highest() / ours.lowest());
    }
}
