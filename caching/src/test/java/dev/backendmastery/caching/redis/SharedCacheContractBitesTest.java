package dev.backendmastery.caching.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backendmastery.core.kit.Kit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Each planted fault is convicted by its clause and no other. */
final class SharedCacheContractBitesTest {

    static final class RemembersOvertakenLoads extends SharedCacheContract {
        @Override
        protected SharedCache process(RedisCache.Builder<String> settings) {
            return new SharedCache(settings.build()) {
                @Override
                public String get(String key, Function<? super String, ? extends String> loader) {
                    boolean[] loaded = {false};
                    String value = cache.get(key, k -> {
                        loaded[0] = true;
                        return loader.apply(k);
                    });
                    if (loaded[0] && value.startsWith("old") && getIfPresent(key) == null) {
                        put(key, value);
                    }
                    return value;
                }
            };
        }
    }

    static final class FailsOnWhatItCannotDecode extends SharedCacheContract {
        @Override
        protected SharedCache process(RedisCache.Builder<String> settings) {
            return new SharedCache(settings.build()) {
                @Override
                public String get(String key, Function<? super String, ? extends String> loader) {
                    long misses = cache.stats().misses();
                    String value = super.get(key, loader);
                    if (key.equals("a") && value.equals("1") && misses == 2) {
                        throw new IllegalStateException("undecodable");
                    }
                    return value;
                }
            };
        }
    }

    static final class TrustsTheScriptCache extends SharedCacheContract {
        private final byte[] sha = Shared.CLIENT.scriptLoad("return 1").getBytes(UTF_8);

        @Override
        protected SharedCache process(RedisCache.Builder<String> settings) {
            return new SharedCache(settings.build()) {
                @Override
                public void put(String key, String value) {
                    Shared.CLIENT.evalsha(sha, List.of(), List.of());
                    super.put(key, value);
                }
            };
        }
    }

    static final class NeverCompresses extends SharedCacheContract {
        @Override
        protected SharedCache process(RedisCache.Builder<String> settings) {
            return super.process(settings.compressAbove(Integer.MAX_VALUE));
        }
    }

    static final class ClearsKeyByKey extends SharedCacheContract {
        @Override
        protected SharedCache process(RedisCache.Builder<String> settings) {
            return new SharedCache(settings.build()) {
                @Override
                public void clear() {
                    String any = new String(cache.slices().generation(0), UTF_8);
                    String name = any.substring(any.indexOf('{') + 1, any.lastIndexOf('.'));
                    Shared.CLIENT.keys("?:{" + name + ".*").forEach(Shared.CLIENT::del);
                }
            };
        }
    }

    static final class ClearsOneSlice extends SharedCacheContract {
        @Override
        protected SharedCache process(RedisCache.Builder<String> settings) {
            return new SharedCache(settings.build()) {
                @Override
                public void clear() {
                    Shared.CLIENT.del(cache.slices().generation(cache.slices().of("c")));
                }
            };
        }
    }

    static final class ReadsOneByOne extends SharedCacheContract {
        @Override
        protected SharedCache process(RedisCache.Builder<String> settings) {
            return new SharedCache(settings.build()) {
                @Override
                Map<String, String> getAll(Collection<String> keys) {
                    Map<String, String> found = new LinkedHashMap<>();
                    for (String key : keys) {
                        String value = getIfPresent(key);
                        if (value != null) {
                            found.put(key, value);
                        }
                    }
                    return found;
                }
            };
        }
    }

    static final class LooksBeforeItAsks extends SharedCacheContract {
        @Override
        protected SharedCache process(RedisCache.Builder<String> settings) {
            return new SharedCache(settings.build()) {
                @Override
                public String get(String key, Function<? super String, ? extends String> loader) {
                    String value = getIfPresent(key);
                    return value != null ? value : super.get(key, loader);
                }
            };
        }
    }

    static final class ExpiresAllAtOnce extends SharedCacheContract {
        @Override
        protected SharedCache process(RedisCache.Builder<String> settings) {
            return super.process(settings.jitter(0));
        }
    }

    @Test
    void convictsEach() {
        Kit.convicts(RemembersOvertakenLoads.class, "RC-1");
        Kit.convicts(FailsOnWhatItCannotDecode.class, "RC-4");
        Kit.convicts(TrustsTheScriptCache.class, "RC-5");
        Kit.convicts(NeverCompresses.class, "RC-6");
        Kit.convicts(ClearsKeyByKey.class, "RC-7");
        Kit.convicts(ClearsOneSlice.class, "RC-7");
        Kit.convicts(ReadsOneByOne.class, "RC-8");
        Kit.convicts(LooksBeforeItAsks.class, "RC-9");
        Kit.convicts(ExpiresAllAtOnce.class, "RC-10");
    }
}
