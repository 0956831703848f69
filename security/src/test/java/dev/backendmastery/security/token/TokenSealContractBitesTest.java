package dev.backendmastery.security.token;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.token.PlainOpener.Fault;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class TokenSealContractBitesTest {

    abstract static class Planted extends TokenSealContract {
        private final @Nullable Fault fault;

        Planted(@Nullable Fault fault) {
            this.fault = fault;
        }

        @Override
        protected Opener create(List<SealingKey> keys) {
            return new PlainOpener(keys, fault);
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

    static final class FirstFiveParts extends Planted {
        FirstFiveParts() {
            super(Fault.FIRST_FIVE_PARTS);
        }
    }

    static final class LastMemberWins extends Planted {
        LastMemberWins() {
            super(Fault.LAST_MEMBER_WINS);
        }
    }

    static final class Inflates extends Planted {
        Inflates() {
            super(Fault.INFLATES);
        }
    }

    static final class IgnoresCrit extends Planted {
        IgnoresCrit() {
            super(Fault.IGNORES_CRIT);
        }
    }

    static final class AlgorithmsOfTheHeader extends Planted {
        AlgorithmsOfTheHeader() {
            super(Fault.ALGORITHMS_OF_THE_HEADER);
        }
    }

    static final class TellsWhatWasWrong extends Planted {
        TellsWhatWasWrong() {
            super(Fault.TELLS_WHAT_WAS_WRONG);
        }
    }

    static final class TagsOfAnyLength extends Planted {
        TagsOfAnyLength() {
            super(Fault.TAGS_OF_ANY_LENGTH);
        }
    }

    static final class ReadsAnySize extends Planted {
        ReadsAnySize() {
            super(Fault.READS_ANY_SIZE);
        }
    }

    static final class ThrowsWhatComes extends Planted {
        ThrowsWhatComes() {
            super(Fault.THROWS_WHAT_COMES);
        }
    }

    static final class FirstKeyForUnknown extends Planted {
        FirstKeyForUnknown() {
            super(Fault.FIRST_KEY_FOR_UNKNOWN);
        }
    }

    static final class AnyContent extends Planted {
        AnyContent() {
            super(Fault.ANY_CONTENT);
        }
    }

    @Test
    void convicts() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(LenientBase64.class, "JE-2"),
                () -> Kit.convicts(FirstFiveParts.class, "JE-3"),
                () -> Kit.convicts(LastMemberWins.class, "JE-3", "JE-4"),
                () -> Kit.convicts(Inflates.class, "JE-5"),
                () -> Kit.convicts(IgnoresCrit.class, "JE-5"),
                () -> Kit.convicts(AlgorithmsOfTheHeader.class, "JE-6"),
                () -> Kit.convicts(TellsWhatWasWrong.class, "JE-7"),
                () -> Kit.convicts(TagsOfAnyLength.class, "JE-8"),
                () -> Kit.convicts(ReadsAnySize.class, "JE-9"),
                () -> Kit.convicts(ThrowsWhatComes.class, "JE-7", "JE-10", "JE-13"),
                () -> Kit.convicts(FirstKeyForUnknown.class, "JE-11"),
                () -> Kit.convicts(AnyContent.class, "JE-12"));
    }
}
