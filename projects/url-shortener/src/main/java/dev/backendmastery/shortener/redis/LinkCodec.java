package dev.backendmastery.shortener.redis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.backendmastery.caching.redis.Codec;
import dev.backendmastery.shortener.domain.Link;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Links as JSON. */
public final class LinkCodec implements Codec<Link> {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    @Override
    public byte[] encode(Link link) {
        try {
            return JSON.writeValueAsBytes(link);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a link is always JSON", e);
        }
    }

    @Override
    public Link decode(byte[] bytes) {
        try {
            return JSON.readValue(bytes, Link.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
