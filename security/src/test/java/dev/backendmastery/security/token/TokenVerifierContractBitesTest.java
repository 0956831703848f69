package dev.backendmastery.security.token;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.token.PlainVerifier.Fault;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class TokenVerifierContractBitesTest {

    abstract static class Planted extends TokenVerifierContract {
        private final @Nullable Fault fault;

        Planted(@Nullable Fault fault) {
            this.fault = fault;
        }

        @Override
        protected Verifier create(Parts parts) {
            return new PlainVerifier(parts, fault);
        }
    }

    static final class NoFault extends Planted {
        NoFault() {
            super(null);
        }
    }

    static final class LenientBase64 extends Planted {
        LenientBase64() {
            super(Fault.LENIENT_BASE64);
        }
    }

    static final class KnowsNoEdDsa extends Planted {
        KnowsNoEdDsa() {
            super(Fault.KNOWS_NO_EDDSA);
        }
    }

    static final class StrayBits extends Planted {
        StrayBits() {
            super(Fault.STRAY_BITS);
        }
    }

    static final class MoreParts extends Planted {
        MoreParts() {
            super(Fault.MORE_PARTS);
        }
    }

    static final class LastMemberWins extends Planted {
        LastMemberWins() {
            super(Fault.LAST_MEMBER_WINS);
        }
    }

    static final class IgnoresCrit extends Planted {
        IgnoresCrit() {
            super(Fault.IGNORES_CRIT);
        }
    }

    static final class IgnoresZip extends Planted {
        IgnoresZip() {
            super(Fault.IGNORES_ZIP);
        }
    }

    static final class AlgorithmOfTheHeader extends Planted {
        AlgorithmOfTheHeader() {
            super(Fault.ALGORITHM_OF_THE_HEADER);
        }
    }

    static final class PublicKeyAsSecret extends Planted {
        PublicKeyAsSecret() {
            super(Fault.PUBLIC_KEY_AS_SECRET);
        }
    }

    static final class BelievesNone extends Planted {
        BelievesNone() {
            super(Fault.BELIEVES_NONE);
        }
    }

    static final class SkipsTheSignature extends Planted {
        SkipsTheSignature() {
            super(Fault.SKIPS_THE_SIGNATURE);
        }
    }

    static final class AnyType extends Planted {
        AnyType() {
            super(Fault.ANY_TYPE);
        }
    }

    static final class CaseInTypes extends Planted {
        CaseInTypes() {
            super(Fault.CASE_IN_TYPES);
        }
    }

    static final class IssuerBegins extends Planted {
        IssuerBegins() {
            super(Fault.ISSUER_BEGINS);
        }
    }

    static final class AnyAudience extends Planted {
        AnyAudience() {
            super(Fault.ANY_AUDIENCE);
        }
    }

    static final class NeedsNoEnd extends Planted {
        NeedsNoEnd() {
            super(Fault.NEEDS_NO_END);
        }
    }

    static final class BelievesAtTheEnd extends Planted {
        BelievesAtTheEnd() {
            super(Fault.BELIEVES_AT_THE_END);
        }
    }

    static final class AddsLeeway extends Planted {
        AddsLeeway() {
            super(Fault.ADDS_LEEWAY);
        }
    }

    static final class IgnoresBegin extends Planted {
        IgnoresBegin() {
            super(Fault.IGNORES_BEGIN);
        }
    }

    static final class IgnoresIat extends Planted {
        IgnoresIat() {
            super(Fault.IGNORES_IAT);
        }
    }

    static final class IgnoresAge extends Planted {
        IgnoresAge() {
            super(Fault.IGNORES_AGE);
        }
    }

    static final class DeniesByBytes extends Planted {
        DeniesByBytes() {
            super(Fault.DENIES_BY_BYTES);
        }
    }

    static final class ForgetsSubjects extends Planted {
        ForgetsSubjects() {
            super(Fault.FORGETS_SUBJECTS);
        }
    }

    static final class SubjectsForEver extends Planted {
        SubjectsForEver() {
            super(Fault.SUBJECTS_FOR_EVER);
        }
    }

    static final class ReadsAnySize extends Planted {
        ReadsAnySize() {
            super(Fault.READS_ANY_SIZE);
        }
    }

    static final class ReadsAnyDepth extends Planted {
        ReadsAnyDepth() {
            super(Fault.READS_ANY_DEPTH);
        }
    }

    static final class ThrowsWhatComes extends Planted {
        ThrowsWhatComes() {
            super(Fault.THROWS_WHAT_COMES);
        }
    }

    static final class TakesEmbeddedKeys extends Planted {
        TakesEmbeddedKeys() {
            super(Fault.TAKES_EMBEDDED_KEYS);
        }
    }

    static final class EitherS extends Planted {
        EitherS() {
            super(Fault.EITHER_S);
        }
    }

    static final class AnyKeyWithoutName extends Planted {
        AnyKeyWithoutName() {
            super(Fault.ANY_KEY_WITHOUT_NAME);
        }
    }

    static final class FirstKeyForUnknown extends Planted {
        FirstKeyForUnknown() {
            super(Fault.FIRST_KEY_FOR_UNKNOWN);
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(LenientBase64.class, "TV-2", "TV-19"),
                () -> Kit.convicts(KnowsNoEdDsa.class, "TV-1", "TV-7"),
                () -> Kit.convicts(StrayBits.class, "TV-2", "TV-19"),
                () -> Kit.convicts(MoreParts.class, "TV-3"),
                () -> Kit.convicts(LastMemberWins.class, "TV-4"),
                () -> Kit.convicts(IgnoresCrit.class, "TV-5"),
                () -> Kit.convicts(IgnoresZip.class, "TV-5"),
                () -> Kit.convicts(AlgorithmOfTheHeader.class, "TV-6"),
                () -> Kit.convicts(PublicKeyAsSecret.class, "TV-6"),
                () -> Kit.convicts(BelievesNone.class, "TV-6"),
                () -> Kit.convicts(SkipsTheSignature.class, "TV-7", "TV-19", "TV-20"),
                () -> Kit.convicts(AnyType.class, "TV-9"),
                () -> Kit.convicts(CaseInTypes.class, "TV-9"),
                () -> Kit.convicts(IssuerBegins.class, "TV-10"),
                () -> Kit.convicts(AnyAudience.class, "TV-11"),
                () -> Kit.convicts(NeedsNoEnd.class, "TV-12"),
                () -> Kit.convicts(BelievesAtTheEnd.class, "TV-12"),
                () -> Kit.convicts(AddsLeeway.class, "TV-12", "TV-13", "TV-14", "TV-15"),
                () -> Kit.convicts(IgnoresBegin.class, "TV-13"),
                () -> Kit.convicts(IgnoresIat.class, "TV-14"),
                () -> Kit.convicts(IgnoresAge.class, "TV-15"),
                () -> Kit.convicts(DeniesByBytes.class, "TV-16", "TV-17"),
                () -> Kit.convicts(ForgetsSubjects.class, "TV-17"),
                () -> Kit.convicts(SubjectsForEver.class, "TV-17"),
                () -> Kit.convicts(ReadsAnySize.class, "TV-18"),
                () -> Kit.convicts(ReadsAnyDepth.class, "TV-18"),
                () -> Kit.convicts(ThrowsWhatComes.class, "TV-4", "TV-12", "TV-18", "TV-19"),
                () -> Kit.convicts(TakesEmbeddedKeys.class, "TV-20"),
                () -> Kit.convicts(EitherS.class, "TV-21"),
                () -> Kit.convicts(AnyKeyWithoutName.class, "TV-22"),
                () -> Kit.convicts(FirstKeyForUnknown.class, "TV-20", "TV-22"));
    }
}
