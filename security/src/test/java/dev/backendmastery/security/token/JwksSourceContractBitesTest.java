package dev.backendmastery.security.token;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.token.JwksSource.Fetcher;
import java.io.IOException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class JwksSourceContractBitesTest {

    private enum Fault {
        FETCHES_EACH_TIME,
        FETCHES_WHILE_ONE_WAITS,
        FETCHES_FOR_EACH,
        HAS_NO_COOL_DOWN,
        LOCKS_ALL,
        LIMITS_ALL,
        FORGETS_IN_AN_OUTAGE,
        SERVES_FOR_EVER,
        TAKES_THE_LAST_OF_TWO,
        ADDS_ONLY,
        WAITS_FOR_EVER
    }

    /** Published keys as one looks them up, right unless given a fault. */
    private static final class Plain implements KeySource {
        private final JwksSourceContract.Parts parts;
        private final Set<Fault> faults;
        private final Object fetching = new Object();
        private volatile Map<String, TokenKey> keys = Map.of();
        private volatile long at;
        private volatile long tried;
        private volatile boolean begun;
        private volatile boolean failed;
        private volatile @Nullable Thread fetcher;

        Plain(JwksSourceContract.Parts parts, @Nullable Fault fault) {
            this.parts = parts;
            faults = fault == null ? EnumSet.noneOf(Fault.class) : EnumSet.of(fault);
        }

        private boolean has(Fault fault) {
            return faults.contains(fault);
        }

        private long now() {
            return parts.ticker().nanos();
        }

        private boolean isCool() {
            return !begun || now() - tried >= parts.coolDown().toNanos();
        }

        @Override
        public Optional<TokenKey> find(@Nullable String id) {
            if (has(Fault.LOCKS_ALL)) {
                synchronized (fetching) {
                    return look(id);
                }
            }
            return look(id);
        }

        private Optional<TokenKey> look(@Nullable String id) {
            boolean fresh = begun && now() - at < parts.keep().toNanos();
            TokenKey key = id == null ? null : keys.get(id);
            if (has(Fault.FETCHES_EACH_TIME)) {
                begun = false;
            } else if (has(Fault.LIMITS_ALL) && begun && !isCool() && key == null) {
                at = now() - parts.keep().toNanos(); // made-up names use up what everybody has
            } else if (key != null && (fresh || has(Fault.SERVES_FOR_EVER))) {
                if (now() - at >= parts.refresh().toNanos() && isCool()) {
                    if (has(Fault.FETCHES_WHILE_ONE_WAITS)) {
                        tryFetch();
                    } else {
                        tried = now();
                        parts.executor().execute(() -> {
                            begun = false;
                            tryFetch();
                        });
                    }
                }
                return Optional.of(key);
            }
            if (!has(Fault.HAS_NO_COOL_DOWN) && !isCool() && fetcher == null) {
                if (failed || !fresh) {
                    throw new KeysUnavailableException("failed", null);
                }
                return Optional.empty();
            }
            fetch();
            return Optional.ofNullable(id == null ? null : keys.get(id));
        }

        private void tryFetch() {
            try {
                begun = true;
                load();
            } catch (Exception e) {
                failed = true;
                if (has(Fault.FORGETS_IN_AN_OUTAGE)) {
                    keys = Map.of();
                }
            }
        }

        private void fetch() {
            if (has(Fault.FETCHES_FOR_EACH) || has(Fault.LOCKS_ALL) || has(Fault.FETCHES_EACH_TIME)) {
                now(this::load);
                return;
            }
            Thread other;
            synchronized (this) {
                other = fetcher;
                if (other == null) {
                    fetcher = Thread.currentThread();
                }
            }
            if (other != null) {
                long start = System.nanoTime();
                while (fetcher == other) {
                    if (!has(Fault.WAITS_FOR_EVER)
                            && System.nanoTime() - start > parts.timeout().toNanos()) {
                        throw new KeysUnavailableException("slow", null);
                    }
                    Thread.onSpinWait();
                }
                return;
            }
            try {
                now(this::load);
            } finally {
                fetcher = null;
            }
        }

        private interface Load {
            void run() throws IOException, InterruptedException;
        }

        private void now(Load load) {
            try {
                load.run();
                failed = false;
            } catch (IOException | InterruptedException | RuntimeException e) {
                failed = true;
                if (has(Fault.FORGETS_IN_AN_OUTAGE)) {
                    keys = Map.of();
                }
                throw new KeysUnavailableException("failed", e);
            } finally {
                begun = true;
                tried = now();
            }
        }

        private void load() throws IOException, InterruptedException {
            Fetcher fetch = parts.fetcher();
            String text = fetch.fetch();
            Map<String, TokenKey> read = new LinkedHashMap<>(has(Fault.ADDS_ONLY) ? keys : Map.of());
            if (has(Fault.TAKES_THE_LAST_OF_TWO)) {
                for (TokenKey key : TokenKeys.parse(text, false)) {
                    read.put(key.id(), key);
                }
                if (read.isEmpty() || read.values().stream().anyMatch(TokenKey::canSign)) {
                    throw new IOException("none");
                }
            } else {
                TokenKeys set = TokenKeys.of(TokenKeys.parse(text, false));
                if (set.all().stream().anyMatch(TokenKey::canSign)) {
                    throw new IOException("a secret");
                }
                set.all().forEach(key -> read.put(key.id(), key));
            }
            keys = read;
            at = now();
            tried = at;
            failed = false;
        }
    }

    abstract static class Planted extends JwksSourceContract {
        private final @Nullable Fault fault;

        Planted(@Nullable Fault fault) {
            this.fault = fault;
        }

        @Override
        protected KeySource create(Parts parts) {
            return new Plain(parts, fault);
        }
    }

    static final class NoFault extends Planted {
        NoFault() {
            super(null);
        }
    }

    static final class FetchesEachTime extends Planted {
        FetchesEachTime() {
            super(Fault.FETCHES_EACH_TIME);
        }
    }

    static final class FetchesWhileOneWaits extends Planted {
        FetchesWhileOneWaits() {
            super(Fault.FETCHES_WHILE_ONE_WAITS);
        }
    }

    static final class FetchesForEach extends Planted {
        FetchesForEach() {
            super(Fault.FETCHES_FOR_EACH);
        }
    }

    static final class HasNoCoolDown extends Planted {
        HasNoCoolDown() {
            super(Fault.HAS_NO_COOL_DOWN);
        }
    }

    static final class LocksAll extends Planted {
        LocksAll() {
            super(Fault.LOCKS_ALL);
        }
    }

    static final class LimitsAll extends Planted {
        LimitsAll() {
            super(Fault.LIMITS_ALL);
        }
    }

    static final class ForgetsInAnOutage extends Planted {
        ForgetsInAnOutage() {
            super(Fault.FORGETS_IN_AN_OUTAGE);
        }
    }

    static final class ServesForEver extends Planted {
        ServesForEver() {
            super(Fault.SERVES_FOR_EVER);
        }
    }

    static final class TakesTheLastOfTwo extends Planted {
        TakesTheLastOfTwo() {
            super(Fault.TAKES_THE_LAST_OF_TWO);
        }
    }

    static final class AddsOnly extends Planted {
        AddsOnly() {
            super(Fault.ADDS_ONLY);
        }
    }

    static final class WaitsForEver extends Planted {
        WaitsForEver() {
            super(Fault.WAITS_FOR_EVER);
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(
                        FetchesEachTime.class, "JS-1", "JS-2", "JS-3", "JS-4", "JS-5", "JS-6", "JS-7", "JS-8", "JS-9"),
                () -> Kit.convicts(FetchesWhileOneWaits.class, "JS-2", "JS-8"),
                () -> Kit.convicts(FetchesForEach.class, "JS-3", "JS-9"),
                () -> Kit.convicts(HasNoCoolDown.class, "JS-4", "JS-6"),
                () -> Kit.convicts(LocksAll.class, "JS-5", "JS-9"),
                () -> Kit.convicts(LimitsAll.class, "JS-4", "JS-5"),
                () -> Kit.convicts(ForgetsInAnOutage.class, "JS-6", "JS-7"),
                () -> Kit.convicts(ServesForEver.class, "JS-6"),
                () -> Kit.convicts(TakesTheLastOfTwo.class, "JS-7"),
                () -> Kit.convicts(AddsOnly.class, "JS-8"),
                () -> Kit.convicts(WaitsForEver.class, "JS-9"));
    }
}
