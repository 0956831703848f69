package dev.backendmastery.caching.redis;

import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** What came of a pipeline. */
final class Pipelines {

    private Pipelines() {}

    /**
     * The answer. A cluster's pipeline leaves the commands to a node that is gone without one, and says so only when it is asked
     * for.
     *
     * @throws JedisConnectionException if there is none
     */
    static <T> T answer(Response<T> response) {
        try {
            return response.get();
        } catch (IllegalStateException e) {
            throw new JedisConnectionException("a node did not answer", e);
        }
    }
}
