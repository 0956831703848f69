package dev.backendmastery.security.session;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.session.PlainSessions.Fault;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class SessionsContractBitesTest {

    abstract static class Planted extends SessionsContract {
        private final @Nullable Fault fault;
        private final SessionStore store = new InMemorySessionStore();

        Planted(@Nullable Fault fault) {
            this.fault = fault;
        }

        @Override
        protected SessionStore store() {
            return store;
        }

        @Override
        protected Subject create(Parts parts) {
            return new PlainSessions(parts, fault);
        }
    }

    static final class NoFault extends Planted {
        NoFault() {
            super(null);
        }
    }

    static final class GivesTheSameTokenAgain extends Planted {
        GivesTheSameTokenAgain() {
            super(Fault.GIVES_THE_SAME_TOKEN_AGAIN);
        }
    }

    static final class KeepsTheSecret extends Planted {
        KeepsTheSecret() {
            super(Fault.KEEPS_THE_SECRET);
        }
    }

    static final class OnlyRefusesReuse extends Planted {
        OnlyRefusesReuse() {
            super(Fault.ONLY_REFUSES_REUSE);
        }
    }

    static final class KnowsOnlyTheLast extends Planted {
        KnowsOnlyTheLast() {
            super(Fault.KNOWS_ONLY_THE_LAST);
        }
    }

    static final class Forks extends Planted {
        Forks() {
            super(Fault.FORKS);
        }
    }

    static final class NoGrace extends Planted {
        NoGrace() {
            super(Fault.NO_GRACE);
        }
    }

    static final class GraceAfterUse extends Planted {
        GraceAfterUse() {
            super(Fault.GRACE_AFTER_USE);
        }
    }

    static final class GraceForEver extends Planted {
        GraceForEver() {
            super(Fault.GRACE_FOR_EVER);
        }
    }

    static final class GraceFromTheLastAsked extends Planted {
        GraceFromTheLastAsked() {
            super(Fault.GRACE_FROM_THE_LAST_ASKED);
        }
    }

    static final class RemembersSuccessorsInMemory extends Planted {
        RemembersSuccessorsInMemory() {
            super(Fault.REMEMBERS_SUCCESSORS_IN_MEMORY);
        }
    }

    static final class TakesANoOfTheStoreForAYes extends Planted {
        TakesANoOfTheStoreForAYes() {
            super(Fault.TAKES_A_NO_OF_THE_STORE_FOR_A_YES);
        }
    }

    static final class NeverIdle extends Planted {
        NeverIdle() {
            super(Fault.NEVER_IDLE);
        }
    }

    static final class IdleFromTheSignIn extends Planted {
        IdleFromTheSignIn() {
            super(Fault.IDLE_FROM_THE_SIGN_IN);
        }
    }

    static final class GoodAtItsEnd extends Planted {
        GoodAtItsEnd() {
            super(Fault.GOOD_AT_ITS_END);
        }
    }

    static final class SlidesForEver extends Planted {
        SlidesForEver() {
            super(Fault.SLIDES_FOR_EVER);
        }
    }

    static final class SignsOutTheTokenOnly extends Planted {
        SignsOutTheTokenOnly() {
            super(Fault.SIGNS_OUT_THE_TOKEN_ONLY);
        }
    }

    static final class SignsOutAnybody extends Planted {
        SignsOutAnybody() {
            super(Fault.SIGNS_OUT_ANYBODY);
        }
    }

    static final class EverywhereIsHereToo extends Planted {
        EverywhereIsHereToo() {
            super(Fault.EVERYWHERE_IS_HERE_TOO);
        }
    }

    static final class EverywhereIsEverybody extends Planted {
        EverywhereIsEverybody() {
            super(Fault.EVERYWHERE_IS_EVERYBODY);
        }
    }

    static final class ListsWhatIsOver extends Planted {
        ListsWhatIsOver() {
            super(Fault.LISTS_WHAT_IS_OVER);
        }
    }

    static final class EndsByAGuess extends Planted {
        EndsByAGuess() {
            super(Fault.ENDS_BY_A_GUESS);
        }
    }

    static final class Widens extends Planted {
        Widens() {
            super(Fault.WIDENS);
        }
    }

    static final class UsesUpBeforeItLooksAtScopes extends Planted {
        UsesUpBeforeItLooksAtScopes() {
            super(Fault.USES_UP_BEFORE_IT_LOOKS_AT_SCOPES);
        }
    }

    static final class ForgetsWhatScopesWereGivenUp extends Planted {
        ForgetsWhatScopesWereGivenUp() {
            super(Fault.FORGETS_WHAT_SCOPES_WERE_GIVEN_UP);
        }
    }

    static final class UsesUpWhenChecked extends Planted {
        UsesUpWhenChecked() {
            super(Fault.USES_UP_WHEN_CHECKED);
        }
    }

    static final class ChecksNothingButTheSeal extends Planted {
        ChecksNothingButTheSeal() {
            super(Fault.CHECKS_NOTHING_BUT_THE_SEAL);
        }
    }

    static final class TellsEachTime extends Planted {
        TellsEachTime() {
            super(Fault.TELLS_EACH_TIME);
        }
    }

    static final class TellsNobody extends Planted {
        TellsNobody() {
            super(Fault.TELLS_NOBODY);
        }
    }

    static final class ThrowsWhatComes extends Planted {
        ThrowsWhatComes() {
            super(Fault.THROWS_WHAT_COMES);
        }
    }

    static final class ForgetsNothing extends Planted {
        ForgetsNothing() {
            super(Fault.FORGETS_NOTHING);
        }
    }

    static final class ForgetsWhatWasEnded extends Planted {
        ForgetsWhatWasEnded() {
            super(Fault.FORGETS_WHAT_WAS_ENDED);
        }
    }

    static final class TakesUpTheSessionThatIsThere extends Planted {
        TakesUpTheSessionThatIsThere() {
            super(Fault.TAKES_UP_THE_SESSION_THAT_IS_THERE);
        }
    }

    @Test
    void convicts() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(
                        GivesTheSameTokenAgain.class,
                        "SE-1",
                        "SE-2",
                        "SE-3",
                        "SE-4",
                        "SE-5",
                        "SE-6",
                        "SE-7",
                        "SE-8",
                        "SE-9",
                        "SE-11",
                        "SE-17",
                        "SE-18",
                        "SE-19",
                        "SE-20"),
                () -> Kit.convicts(KeepsTheSecret.class, "SE-2"),
                () -> Kit.convicts(OnlyRefusesReuse.class, "SE-3", "SE-4", "SE-6", "SE-7", "SE-9", "SE-19", "SE-20"),
                () -> Kit.convicts(KnowsOnlyTheLast.class, "SE-4", "SE-6"),
                () -> Kit.convicts(Forks.class, "SE-5", "SE-8", "SE-18"),
                () -> Kit.convicts(NoGrace.class, "SE-5", "SE-7", "SE-8", "SE-18", "SE-19"),
                () -> Kit.convicts(GraceAfterUse.class, "SE-4", "SE-6"),
                () -> Kit.convicts(GraceForEver.class, "SE-3", "SE-7", "SE-9", "SE-19", "SE-20"),
                () -> Kit.convicts(GraceFromTheLastAsked.class, "SE-7"),
                () -> Kit.convicts(RemembersSuccessorsInMemory.class, "SE-18"),
                () -> Kit.convicts(TakesANoOfTheStoreForAYes.class, "SE-8", "SE-9", "SE-14"),
                () -> Kit.convicts(NeverIdle.class, "SE-1", "SE-10", "SE-15"),
                () -> Kit.convicts(IdleFromTheSignIn.class, "SE-1", "SE-4", "SE-10", "SE-11"),
                () -> Kit.convicts(GoodAtItsEnd.class, "SE-10", "SE-11"),
                () -> Kit.convicts(SlidesForEver.class, "SE-11"),
                () -> Kit.convicts(SignsOutTheTokenOnly.class, "SE-12", "SE-15", "SE-20"),
                () -> Kit.convicts(SignsOutAnybody.class, "SE-12"),
                () -> Kit.convicts(EverywhereIsHereToo.class, "SE-13"),
                () -> Kit.convicts(EverywhereIsEverybody.class, "SE-13"),
                () -> Kit.convicts(ListsWhatIsOver.class, "SE-10", "SE-15"),
                () -> Kit.convicts(EndsByAGuess.class, "SE-16"),
                () -> Kit.convicts(Widens.class, "SE-17"),
                () -> Kit.convicts(UsesUpBeforeItLooksAtScopes.class, "SE-17"),
                () -> Kit.convicts(ForgetsWhatScopesWereGivenUp.class, "SE-17"),
                () -> Kit.convicts(UsesUpWhenChecked.class, "SE-10", "SE-17", "SE-19"),
                () -> Kit.convicts(ChecksNothingButTheSeal.class, "SE-9", "SE-10", "SE-12", "SE-19"),
                () -> Kit.convicts(TellsEachTime.class, "SE-20"),
                () -> Kit.convicts(TellsNobody.class, "SE-20"),
                () -> Kit.convicts(ThrowsWhatComes.class, "SE-21"),
                () -> Kit.convicts(ForgetsNothing.class, "SE-22"),
                () -> Kit.convicts(ForgetsWhatWasEnded.class, "SE-22"),
                () -> Kit.convicts(
                        TakesUpTheSessionThatIsThere.class, "SE-12", "SE-13", "SE-15", "SE-20", "SE-22", "SE-23"));
    }
}
