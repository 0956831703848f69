package dev.backendmastery.security.password;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.password.PasswordSignIn.Change;
import dev.backendmastery.security.password.PasswordSignIn.Rehash;
import dev.backendmastery.security.password.PasswordSignIn.Result;
import dev.backendmastery.security.password.Verification.Outcome;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kits convict it by the clauses named here. */
final class PasswordSignInContractBitesTest {

    private enum Fault {
        UNKNOWN_IS_QUICK,
        NEVER_REHASHES,
        REHASHES_WHAT_IS_WRONG,
        UNDOES_A_CHANGE,
        FAILS_WITH_THE_STORE,
        ANYBODY_CHANGES
    }

    private record Plain(
            PasswordHasher hasher,
            PasswordStore store,
            @Nullable Fault fault) implements PasswordSignInContract.SignIn {

        @Override
        public Result signIn(String account, CharSequence password) {
            String stored = store.find(account).orElse(null);
            if (stored == null && fault == Fault.UNKNOWN_IS_QUICK) {
                return new Result(Outcome.MISMATCH, Rehash.NOT_NEEDED);
            }
            Verification seen = hasher.verify(stored, password);
            boolean old = seen.needsRehash()
                    || (fault == Fault.REHASHES_WHAT_IS_WRONG && stored != null && !stored.startsWith("$argon2id$"));
            if (stored == null || !old || fault == Fault.NEVER_REHASHES) {
                return new Result(seen.outcome(), Rehash.NOT_NEEDED);
            }
            try {
                String fresh = hasher.hash(password);
                boolean kept = store.replace(account, stored, fresh);
                if (!kept && fault == Fault.UNDOES_A_CHANGE) {
                    kept = store.replace(account, store.find(account).orElseThrow(), fresh);
                }
                return new Result(seen.outcome(), kept ? Rehash.STORED : Rehash.OVERTAKEN);
            } catch (IllegalStateException | HashingRefusedException e) {
                if (fault == Fault.FAILS_WITH_THE_STORE) {
                    throw e;
                }
                return new Result(seen.outcome(), Rehash.FAILED);
            }
        }

        @Override
        public Change change(String account, CharSequence old, CharSequence fresh) {
            String stored = store.find(account).orElse(null);
            boolean known = hasher.verify(stored, old).matches();
            if (stored == null || (!known && fault != Fault.ANYBODY_CHANGES)) {
                return Change.REFUSED;
            }
            return store.replace(account, stored, hasher.hash(fresh)) ? Change.CHANGED : Change.OVERTAKEN;
        }
    }

    abstract static class Planted extends PasswordSignInContract {
        private final @Nullable Fault fault;

        Planted(@Nullable Fault fault) {
            this.fault = fault;
        }

        @Override
        protected SignIn create(PasswordHasher hasher, PasswordStore store) {
            return new Plain(hasher, store, fault);
        }
    }

    static final class NoFault extends Planted {
        NoFault() {
            super(null);
        }
    }

    static final class UnknownIsQuick extends Planted {
        UnknownIsQuick() {
            super(Fault.UNKNOWN_IS_QUICK);
        }
    }

    static final class NeverRehashes extends Planted {
        NeverRehashes() {
            super(Fault.NEVER_REHASHES);
        }
    }

    static final class RehashesWhatIsWrong extends Planted {
        RehashesWhatIsWrong() {
            super(Fault.REHASHES_WHAT_IS_WRONG);
        }
    }

    static final class UndoesAChange extends Planted {
        UndoesAChange() {
            super(Fault.UNDOES_A_CHANGE);
        }
    }

    static final class FailsWithTheStore extends Planted {
        FailsWithTheStore() {
            super(Fault.FAILS_WITH_THE_STORE);
        }
    }

    static final class AnybodyChanges extends Planted {
        AnybodyChanges() {
            super(Fault.ANYBODY_CHANGES);
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
        Kit.convicts(RightStore.class);
    }

    @Test
    void convictsEachFault() {
        Kit.convicts(UnknownIsQuick.class, "SI-1");
        Kit.convicts(NeverRehashes.class, "SI-2", "SI-3", "SI-4");
        Kit.convicts(RehashesWhatIsWrong.class, "SI-1", "SI-2");
        Kit.convicts(UndoesAChange.class, "SI-3");
        Kit.convicts(FailsWithTheStore.class, "SI-4");
        Kit.convicts(AnybodyChanges.class, "SI-5");
    }

    /** A map as a store, right unless it is told to do it in two steps, or without a look. */
    private static final class Mapped implements PasswordStore {
        private final Map<String, String> hashes = new ConcurrentHashMap<>();
        private final AtomicInteger looked = new AtomicInteger();
        private final boolean looks;
        private final boolean inOneStep;
        private final boolean anyCase;

        Mapped(boolean looks, boolean inOneStep, boolean anyCase) {
            this.looks = looks;
            this.inOneStep = inOneStep;
            this.anyCase = anyCase;
        }

        @Override
        public Optional<String> find(String account) {
            return Optional.ofNullable(hashes.get(account)).map(hash -> anyCase ? hash.toLowerCase(Locale.ROOT) : hash);
        }

        @Override
        public boolean replace(String account, String verified, String fresh) {
            if (inOneStep) {
                return hashes.replace(account, verified, fresh);
            }
            if ((looks && !verified.equals(hashes.get(account))) || !hashes.containsKey(account)) {
                return false;
            }
            looked.incrementAndGet();
            long start = System.nanoTime();
            while (looked.get() < 2 && System.nanoTime() - start < 5_000_000) {
                Thread.onSpinWait(); // what lies between a SELECT and an UPDATE: another one's SELECT
            }
            hashes.put(account, fresh);
            return true;
        }
    }

    abstract static class PlantedStore extends PasswordStoreContract {
        private final boolean looks;
        private final boolean inOneStep;
        private final boolean anyCase;

        PlantedStore(boolean looks, boolean inOneStep, boolean anyCase) {
            this.looks = looks;
            this.inOneStep = inOneStep;
            this.anyCase = anyCase;
        }

        @Override
        protected PasswordStore create() {
            return new Mapped(looks, inOneStep, anyCase);
        }

        @Override
        protected void add(PasswordStore store, String account, String hash) {
            ((Mapped) store).hashes.put(account, hash);
        }
    }

    static final class RightStore extends PlantedStore {
        RightStore() {
            super(true, true, false);
        }
    }

    static final class WritesWithoutALook extends PlantedStore {
        WritesWithoutALook() {
            super(false, false, false);
        }
    }

    static final class LooksThenWrites extends PlantedStore {
        LooksThenWrites() {
            super(true, false, false);
        }
    }

    static final class KeepsNoCase extends PlantedStore {
        KeepsNoCase() {
            super(true, true, true);
        }
    }

    @Test
    void convictsEachFaultOfAStore() {
        Kit.convicts(WritesWithoutALook.class, "PS-2", "PS-3");
        Kit.convicts(LooksThenWrites.class, "PS-3");
        Kit.convicts(KeepsNoCase.class, "PS-1");
    }
}
