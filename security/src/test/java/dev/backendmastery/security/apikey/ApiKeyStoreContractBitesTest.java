package dev.backendmastery.security.apikey;

import dev.backendmastery.core.kit.Kit;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class ApiKeyStoreContractBitesTest {

    /** One that does as another does, for who differs in one thing. */
    private static class Same implements ApiKeyStore {
        final InMemoryApiKeyStore keys = new InMemoryApiKeyStore();

        @Override
        public boolean add(Hashed key) {
            return keys.add(key);
        }

        @Override
        public Optional<Hashed> findByHash(String hash) {
            return keys.findByHash(hash);
        }

        @Override
        public Optional<ApiKey> find(UUID id) {
            return keys.find(id);
        }

        @Override
        public List<ApiKey> list(String owner) {
            return keys.list(owner);
        }

        @Override
        public boolean succeed(UUID id, Instant until, Hashed successor) {
            return keys.succeed(id, until, successor);
        }

        @Override
        public int revoke(UUID id, Instant time) {
            return keys.revoke(id, time);
        }

        @Override
        public boolean used(UUID id, Instant time, Instant before) {
            return keys.used(id, time, before);
        }
    }

    static final class NoFault extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new Same();
        }
    }

    static final class ForgetsTheEnd extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new Same() {
                @Override
                public boolean add(Hashed key) {
                    return keys.add(new Hashed(key.key().until(null, key.key().successor()), key.hash()));
                }
            };
        }
    }

    static final class WholeSeconds extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new Same() {
                @Override
                public boolean used(UUID id, Instant time, Instant before) {
                    return keys.used(id, time.truncatedTo(ChronoUnit.SECONDS), before);
                }
            };
        }
    }

    static final class TheLastOfTwoStays extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new Same() {
                private final Map<String, Hashed> last = new ConcurrentHashMap<>();

                @Override
                public boolean add(Hashed key) {
                    keys.add(key);
                    last.put(key.hash(), key);
                    return true;
                }

                @Override
                public Optional<Hashed> findByHash(String hash) {
                    return Optional.ofNullable(last.get(hash))
                            .map(key -> new Hashed(keys.find(key.key().id()).orElse(key.key()), hash))
                            .or(() -> keys.findByHash(hash));
                }
            };
        }
    }

    static final class ListsOldestFirst extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new Same() {
                @Override
                public List<ApiKey> list(String owner) {
                    List<ApiKey> all = new ArrayList<>(keys.list(owner));
                    Collections.reverse(all);
                    return all;
                }
            };
        }
    }

    static final class ListsNoneThatIsRevoked extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new Same() {
                @Override
                public List<ApiKey> list(String owner) {
                    return keys.list(owner).stream()
                            .filter(key -> key.revokedAt() == null)
                            .toList();
                }
            };
        }
    }

    static final class LooksThenSucceeds extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new Same() {
                private final AtomicInteger looked = new AtomicInteger();

                @Override
                public boolean succeed(UUID id, Instant until, Hashed successor) {
                    ApiKey old = keys.find(id).orElse(null);
                    if (old == null || old.revokedAt() != null || old.successor() != null) {
                        return false;
                    }
                    looked.incrementAndGet();
                    long start = System.nanoTime();
                    while (looked.get() < 2 && System.nanoTime() - start < 5_000_000) {
                        Thread.onSpinWait(); // what lies between a SELECT and an UPDATE: another one's SELECT
                    }
                    if (!keys.succeed(id, until, successor)) {
                        keys.add(successor);
                    }
                    return true;
                }
            };
        }
    }

    static final class LengthensLives extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new Same() {
                private final Map<UUID, Instant> ends = new ConcurrentHashMap<>();

                @Override
                public boolean succeed(UUID id, Instant until, Hashed successor) {
                    boolean first = keys.succeed(id, until, successor);
                    if (first) {
                        ends.put(id, until);
                    }
                    return first;
                }

                private ApiKey longer(ApiKey key) {
                    Instant end = ends.get(key.id());
                    return end == null ? key : key.until(end, key.successor());
                }

                @Override
                public Optional<ApiKey> find(UUID id) {
                    return keys.find(id).map(this::longer);
                }

                @Override
                public Optional<Hashed> findByHash(String hash) {
                    return keys.findByHash(hash).map(key -> new Hashed(longer(key.key()), hash));
                }
            };
        }
    }

    static final class SucceedsTheRevoked extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new Same() {
                @Override
                public boolean succeed(UUID id, Instant until, Hashed successor) {
                    return keys.find(id).map(key -> key.revokedAt() != null).orElse(false)
                            ? keys.add(successor)
                            : keys.succeed(id, until, successor);
                }
            };
        }
    }

    static final class RevokesAlone extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new Same() {
                private final Map<UUID, Instant> revoked = new ConcurrentHashMap<>();

                private ApiKey seen(ApiKey key) {
                    Instant time = revoked.get(key.id());
                    return time == null ? key : key.revoked(time);
                }

                @Override
                public int revoke(UUID id, Instant time) {
                    if (keys.find(id).isPresent() && revoked.putIfAbsent(id, time) == null) {
                        return 1;
                    }
                    return 0;
                }

                @Override
                public boolean succeed(UUID id, Instant until, Hashed successor) {
                    return !revoked.containsKey(id) && keys.succeed(id, until, successor);
                }

                @Override
                public Optional<ApiKey> find(UUID id) {
                    return keys.find(id).map(this::seen);
                }

                @Override
                public Optional<Hashed> findByHash(String hash) {
                    return keys.findByHash(hash).map(key -> new Hashed(seen(key.key()), hash));
                }
            };
        }
    }

    static final class WritesEachUse extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore create() {
            return new Same() {
                @Override
                public boolean used(UUID id, Instant time, Instant before) {
                    return keys.used(id, time, Instant.MAX);
                }
            };
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() {
        Kit.convicts(ForgetsTheEnd.class, "KS-1", "KS-4");
        Kit.convicts(WholeSeconds.class, "KS-6");
        Kit.convicts(TheLastOfTwoStays.class, "KS-2");
        Kit.convicts(ListsOldestFirst.class, "KS-3");
        Kit.convicts(ListsNoneThatIsRevoked.class, "KS-3");
        Kit.convicts(LooksThenSucceeds.class, "KS-4");
        Kit.convicts(LengthensLives.class, "KS-4");
        Kit.convicts(SucceedsTheRevoked.class, "KS-4");
        Kit.convicts(RevokesAlone.class, "KS-5");
        Kit.convicts(WritesEachUse.class, "KS-6");
    }
}
