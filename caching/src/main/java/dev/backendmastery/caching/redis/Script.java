package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** A Lua script, sent by its hash; a server that has lost its script cache is sent the text once more. */
final class Script {

    private final byte[] text;
    private final byte[] sha;

    Script(String text) {
        this.text = text.getBytes(UTF_8);
        try {
            this.sha = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(this.text))
                    .getBytes(UTF_8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    /** Sends it with others; {@link #answer} tells what came of it once they are through. */
    Response<Object> add(AbstractPipeline pipeline, List<byte[]> keys, List<byte[]> arguments) {
        return pipeline.evalsha(sha, keys, arguments);
    }

    @Nullable
    Object answer(Response<Object> response, UnifiedJedis redis, List<byte[]> keys, List<byte[]> arguments) {
        try {
            return Pipelines.answer(response);
        } catch (JedisNoScriptException e) {
            return redis.eval(text, keys, arguments);
        }
    }

    @Nullable
    Object run(UnifiedJedis redis, List<byte[]> keys, List<byte[]> arguments) {
        try {
            return redis.evalsha(sha, keys, arguments);
        } catch (JedisNoScriptException e) {
            return redis.eval(text, keys, arguments);
        }
    }
}
