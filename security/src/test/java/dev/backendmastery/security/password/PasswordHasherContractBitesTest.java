package dev.backendmastery.security.password;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.password.PasswordScheme.Bcrypt;
import dev.backendmastery.security.password.Verification.Outcome;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class PasswordHasherContractBitesTest {

    private enum Fault {
        IGNORES_CASE,
        TRIMS,
        TAKES_WHAT_IS_SENT,
        COMPATIBLE_FORM,
        ONE_SALT,
        NOBODY_IS_QUICK,
        CORRUPT_IS_QUICK,
        CUTS_AT_72,
        ANY_CHARACTER,
        ANY_LENGTH,
        THROWS_ON_CORRUPT,
        READS_2X,
        BELIEVES_PLAIN_TEXT,
        NO_CAPS,
        NEVER_ASKS,
        ALWAYS_ASKS,
        ASKS_BY_NAME_ONLY,
        FORGETS_OLD_PEPPERS,
        LEAVES_PEPPER_OUT,
        NO_GATE,
        NOBODY_PASSES_BY,
        COUNTS_NO_MEMORY
    }

    /** A hasher as one writes it, right unless given a fault. */
    private static final class Plain implements PasswordHasher {

        private final PasswordHasherContract.Parts parts;
        private final @Nullable Fault fault;
        private final SecureRandom random = new SecureRandom();
        private final StoredHash nobody;

        Plain(PasswordHasherContract.Parts parts, @Nullable Fault fault) {
            this.parts = parts;
            this.fault = fault;
            nobody = new StoredHash(
                    parts.scheme(), parts.peppers().current(), new byte[16], new byte[length(parts.scheme())]);
        }

        private boolean has(Fault one) {
            return fault == one;
        }

        private static int length(PasswordScheme scheme) {
            return scheme instanceof Bcrypt ? 23 : 32;
        }

        private byte @Nullable [] text(CharSequence password) {
            int most = has(Fault.ANY_LENGTH) ? Integer.MAX_VALUE : parts.maxLength();
            if (has(Fault.TAKES_WHAT_IS_SENT) && OpaqueString.of(password, most) != null) {
                return password.toString().getBytes(StandardCharsets.UTF_8);
            }
            if (has(Fault.ANY_CHARACTER) && password.length() > 0 && password.length() <= most) {
                String mapped = password.toString().replace('\u00A0', ' ').replace('\u3000', ' ');
                return Normalizer.normalize(mapped, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
            }
            String text = OpaqueString.of(password, most);
            if (text == null) {
                return null;
            }
            if (has(Fault.IGNORES_CASE)) {
                text = text.toLowerCase(Locale.ROOT);
            }
            if (has(Fault.TRIMS)) {
                text = text.strip();
            }
            if (has(Fault.COMPATIBLE_FORM)) {
                text = Normalizer.normalize(text, Normalizer.Form.NFKC);
            }
            return text.getBytes(StandardCharsets.UTF_8);
        }

        private byte @Nullable [] input(PasswordScheme scheme, @Nullable String pepper, byte[] salt, byte[] text) {
            byte[] input = pepper == null || has(Fault.LEAVES_PEPPER_OUT)
                    ? text
                    : parts.peppers().mix(pepper, text);
            if (scheme instanceof Bcrypt bcrypt) {
                if (bcrypt.prehashed()) {
                    return Peppers.letters(new SecretKeySpec(salt, "HmacSHA384"), input);
                }
                if (input.length > 72) {
                    return has(Fault.CUTS_AT_72) ? Arrays.copyOf(input, 72) : null;
                }
            }
            return input;
        }

        private <T> T gated(long memory, boolean somebody, Supplier<T> work) {
            if (has(Fault.NO_GATE) || (has(Fault.NOBODY_PASSES_BY) && !somebody)) {
                return work.get();
            }
            return parts.gate().run(has(Fault.COUNTS_NO_MEMORY) ? 1 : memory, work);
        }

        @Override
        public String hash(CharSequence password) {
            byte[] text = text(password);
            byte[] salt = new byte[16];
            if (!has(Fault.ONE_SALT)) {
                random.nextBytes(salt);
            }
            PasswordScheme scheme = parts.scheme();
            String pepper = parts.peppers().current();
            byte[] input = text == null ? null : input(scheme, pepper, salt, text);
            if (input == null) {
                throw new UnacceptablePasswordException("no");
            }
            byte[] hash =
                    gated(scheme.memory(), true, () -> parts.function().hash(scheme, input, salt, length(scheme)));
            return new StoredHash(scheme, pepper, salt, hash).text();
        }

        @Override
        public Verification verify(@Nullable String stored, CharSequence password) {
            byte[] text = text(password);
            if (text == null) {
                return new Verification(Outcome.MISMATCH, false);
            }
            if (stored == null && has(Fault.NOBODY_IS_QUICK)) {
                return new Verification(Outcome.MISMATCH, false);
            }
            StoredHash parsed = null;
            if (stored != null) {
                if (has(Fault.BELIEVES_PLAIN_TEXT) && stored.startsWith("{noop}")) {
                    return new Verification(Outcome.MATCH, true);
                }
                parsed = StoredHash.parse(has(Fault.READS_2X) ? stored.replace("$2x$", "$2b$") : stored);
                if (parsed == null && has(Fault.THROWS_ON_CORRUPT)) {
                    throw new IllegalArgumentException("no hash");
                }
                if (parsed == null && has(Fault.CORRUPT_IS_QUICK)) {
                    return new Verification(Outcome.UNUSABLE, false);
                }
            }
            boolean usable = parsed != null && isAllowed(parsed.scheme) && knows(parsed.pepper);
            StoredHash against = usable && parsed != null ? parsed : nobody;
            byte[] input = input(against.scheme, against.pepper, against.salt, text);
            byte[] used = input == null ? new byte[] {1} : input;
            byte[] hash = gated(against.scheme.memory(), stored != null, () -> parts.function()
                    .hash(against.scheme, used, against.salt, against.hash.length));
            if (usable && input != null && MessageDigest.isEqual(hash, against.hash)) {
                return new Verification(Outcome.MATCH, asks(against));
            }
            return new Verification(stored == null || usable ? Outcome.MISMATCH : Outcome.UNUSABLE, false);
        }

        private boolean isAllowed(PasswordScheme scheme) {
            return has(Fault.NO_CAPS)
                    || (parts.gate().canEverTake(scheme.memory())
                            && parts.most().stream().anyMatch(most -> most.caps(scheme)));
        }

        private boolean knows(@Nullable String pepper) {
            return (has(Fault.FORGETS_OLD_PEPPERS) && pepper != null)
                    ? pepper.equals(parts.peppers().current())
                    : parts.peppers().knows(pepper);
        }

        private boolean asks(StoredHash hash) {
            if (has(Fault.ASKS_BY_NAME_ONLY)) {
                return !hash.scheme.getClass().equals(parts.scheme().getClass())
                        || !Objects.equals(hash.pepper, parts.peppers().current());
            }
            return !has(Fault.NEVER_ASKS)
                    && (has(Fault.ALWAYS_ASKS)
                            || !hash.isLike(parts.scheme(), parts.peppers().current(), 16, length(parts.scheme())));
        }
    }

    abstract static class Planted extends PasswordHasherContract {
        private final @Nullable Fault fault;

        Planted(@Nullable Fault fault) {
            this.fault = fault;
        }

        @Override
        protected PasswordHasher create(Parts parts) {
            return new Plain(parts, fault);
        }
    }

    static final class NoFault extends Planted {
        NoFault() {
            super(null);
        }
    }

    static final class IgnoresCase extends Planted {
        IgnoresCase() {
            super(Fault.IGNORES_CASE);
        }
    }

    static final class Trims extends Planted {
        Trims() {
            super(Fault.TRIMS);
        }
    }

    static final class TakesWhatIsSent extends Planted {
        TakesWhatIsSent() {
            super(Fault.TAKES_WHAT_IS_SENT);
        }
    }

    static final class CompatibleForm extends Planted {
        CompatibleForm() {
            super(Fault.COMPATIBLE_FORM);
        }
    }

    static final class OneSalt extends Planted {
        OneSalt() {
            super(Fault.ONE_SALT);
        }
    }

    static final class NobodyIsQuick extends Planted {
        NobodyIsQuick() {
            super(Fault.NOBODY_IS_QUICK);
        }
    }

    static final class CorruptIsQuick extends Planted {
        CorruptIsQuick() {
            super(Fault.CORRUPT_IS_QUICK);
        }
    }

    static final class CutsAt72 extends Planted {
        CutsAt72() {
            super(Fault.CUTS_AT_72);
        }
    }

    static final class AnyCharacter extends Planted {
        AnyCharacter() {
            super(Fault.ANY_CHARACTER);
        }
    }

    static final class AnyLength extends Planted {
        AnyLength() {
            super(Fault.ANY_LENGTH);
        }
    }

    static final class ThrowsOnCorrupt extends Planted {
        ThrowsOnCorrupt() {
            super(Fault.THROWS_ON_CORRUPT);
        }
    }

    static final class Reads2x extends Planted {
        Reads2x() {
            super(Fault.READS_2X);
        }
    }

    static final class BelievesPlainText extends Planted {
        BelievesPlainText() {
            super(Fault.BELIEVES_PLAIN_TEXT);
        }
    }

    static final class NoCaps extends Planted {
        NoCaps() {
            super(Fault.NO_CAPS);
        }
    }

    static final class NeverAsks extends Planted {
        NeverAsks() {
            super(Fault.NEVER_ASKS);
        }
    }

    static final class AlwaysAsks extends Planted {
        AlwaysAsks() {
            super(Fault.ALWAYS_ASKS);
        }
    }

    static final class AsksByNameOnly extends Planted {
        AsksByNameOnly() {
            super(Fault.ASKS_BY_NAME_ONLY);
        }
    }

    static final class ForgetsOldPeppers extends Planted {
        ForgetsOldPeppers() {
            super(Fault.FORGETS_OLD_PEPPERS);
        }
    }

    static final class LeavesPepperOut extends Planted {
        LeavesPepperOut() {
            super(Fault.LEAVES_PEPPER_OUT);
        }
    }

    static final class NoGate extends Planted {
        NoGate() {
            super(Fault.NO_GATE);
        }
    }

    static final class NobodyPassesBy extends Planted {
        NobodyPassesBy() {
            super(Fault.NOBODY_PASSES_BY);
        }
    }

    static final class CountsNoMemory extends Planted {
        CountsNoMemory() {
            super(Fault.COUNTS_NO_MEMORY);
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() {
        assertAll(
                () -> Kit.convicts(IgnoresCase.class, "PH-1", "PH-2"),
                () -> Kit.convicts(Trims.class, "PH-1", "PH-2"),
                () -> Kit.convicts(TakesWhatIsSent.class, "PH-2"),
                () -> Kit.convicts(CompatibleForm.class, "PH-2"),
                () -> Kit.convicts(OneSalt.class, "PH-3"),
                () -> Kit.convicts(NobodyIsQuick.class, "PH-4", "PH-13"),
                () -> Kit.convicts(CorruptIsQuick.class, "PH-5"),
                () -> Kit.convicts(CutsAt72.class, "PH-6"),
                () -> Kit.convicts(AnyCharacter.class, "PH-6", "PH-7"),
                () -> Kit.convicts(AnyLength.class, "PH-7"),
                () -> Kit.convicts(ThrowsOnCorrupt.class, "PH-5", "PH-8"),
                () -> Kit.convicts(Reads2x.class, "PH-8"),
                () -> Kit.convicts(BelievesPlainText.class, "PH-5", "PH-8"),
                () -> Kit.convicts(NoCaps.class, "PH-9"),
                () -> Kit.convicts(NeverAsks.class, "PH-8", "PH-10", "PH-11"),
                () -> Kit.convicts(AlwaysAsks.class, "PH-1", "PH-10", "PH-11"),
                () -> Kit.convicts(AsksByNameOnly.class, "PH-8", "PH-10"),
                () -> Kit.convicts(ForgetsOldPeppers.class, "PH-11"),
                () -> Kit.convicts(LeavesPepperOut.class, "PH-11"),
                () -> Kit.convicts(NoGate.class, "PH-12", "PH-13"),
                () -> Kit.convicts(NobodyPassesBy.class, "PH-12", "PH-13"),
                () -> Kit.convicts(CountsNoMemory.class, "PH-12"));
    }
}
