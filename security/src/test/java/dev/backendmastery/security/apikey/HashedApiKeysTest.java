package dev.backendmastery.security.apikey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.security.apikey.ApiKeyRefusedException.Reason;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The kits on ours, in this process. */
final class HashedApiKeysTest {

    static HashedApiKeys create(ApiKeysContract.Parts parts) {
        return HashedApiKeys.of(parts.format(), parts.store())
                .clock(parts.clock())
                .lastUsed(parts.executor(), parts.interval())
                .build();
    }

    @Nested
    final class Plain extends ApiKeysContract {
        @Override
        protected ApiKeys create(Parts parts) {
            return HashedApiKeysTest.create(parts);
        }

        @Override
        protected ApiKeyStore store() {
            return new InMemoryApiKeyStore();
        }
    }

    @Nested
    final class Peppered extends ApiKeysContract {
        @Override
        protected ApiKeys create(Parts parts) {
            return HashedApiKeys.of(parts.format(), parts.store())
                    .clock(parts.clock())
                    .lastUsed(parts.executor(), parts.interval())
                    .pepper(filled(7))
                    .build();
        }

        @Override
        protected ApiKeyStore store() {
            return new InMemoryApiKeyStore();
        }
    }

    @Nested
    final class InMemory extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new InMemoryApiKeyStore();
        }
    }

    private static byte[] filled(int value) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) value);
        return secret;
    }

    @Test
    @DisplayName("AK-4 with another pepper, or without, no key is found")
    void peppers() throws ApiKeyRefusedException {
        ApiKeyFormat format = ApiKeyFormat.of("bm");
        InMemoryApiKeyStore store = new InMemoryApiKeyStore();
        HashedApiKeys keys = HashedApiKeys.of(format, store).pepper(filled(1)).build();
        String text = keys.issue("me", "ci", Scopes.none(), null).text();
        assertEquals("ci", keys.authenticate(text).name());
        for (HashedApiKeys other : List.of(
                HashedApiKeys.of(format, store).pepper(filled(2)).build(),
                HashedApiKeys.of(format, store).build())) {
            assertEquals(
                    Reason.UNKNOWN,
                    assertThrows(ApiKeyRefusedException.class, () -> other.authenticate(text))
                            .reason());
        }
    }

    @Test
    @DisplayName("Bad input is refused by name before anything changes")
    void refuses() {
        InMemoryApiKeyStore store = new InMemoryApiKeyStore();
        HashedApiKeys.Builder builder = HashedApiKeys.of(ApiKeyFormat.of("bm"), store);
        assertThrows(IllegalArgumentException.class, () -> builder.pepper(new byte[31]));
        assertThrows(IllegalArgumentException.class, () -> builder.lastUsed(Runnable::run, Duration.ZERO));
        HashedApiKeys keys = builder.build();
        for (String bad : List.of("", " ", "x".repeat(201), "a\0b")) {
            assertThrows(IllegalArgumentException.class, () -> keys.issue(bad, "ci", Scopes.none(), null));
            assertThrows(IllegalArgumentException.class, () -> keys.issue("me", bad, Scopes.none(), null));
        }
        assertEquals(List.of(), keys.list("me"));
    }

    @Test
    @DisplayName("AK-10 no text and no error shows a secret")
    void secrets() {
        ApiKeyFormat format = ApiKeyFormat.of("bm");
        InMemoryApiKeyStore store = new InMemoryApiKeyStore();
        HashedApiKeys keys = HashedApiKeys.of(format, store).build();
        IssuedApiKey issued = keys.issue("me", "ci", Scopes.of("a"), null);
        String text = issued.text();
        keys.revoke(issued.key().id());
        List<String> shown = new ArrayList<>(List.of(
                issued.toString(),
                store.toString(),
                keys.toString(),
                format.toString(),
                keys.list("me").toString(),
                new ApiKeyStore.Hashed(issued.key(), "planted-hash").toString()));
        for (String asked : List.of(text, text + "x", format.generate(new SecureRandom()))) {
            shown.add(assertThrows(ApiKeyRefusedException.class, () -> keys.authenticate(asked))
                    .toString());
        }
        shown.add(assertThrows(IllegalArgumentException.class, () -> keys.ensure(text + "x", "me", "ci", Scopes.none()))
                .toString());
        for (String one : shown) {
            assertFalse(one.contains(text.substring(3, 9)), one);
            assertFalse(one.contains(text.substring(38, 46)), one);
            assertFalse(one.contains("planted-hash"), one);
        }
    }
}
