package dev.backendmastery.security.password;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.password.BreachedPasswords.Ranges;
import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class BreachedPasswordsContractBitesTest {

    static final class AsksWithSixDigits extends BreachedPasswordsContract {
        @Override
        protected BreachedPasswords create(Ranges ranges) {
            return password -> {
                String hash = RangedBreachedPasswords.sha1(password);
                try {
                    return RangedBreachedPasswords.countIn(ranges.range(hash.substring(0, 6)), hash.substring(5));
                } catch (IOException e) {
                    throw new BreachListUnavailableException("out", e);
                }
            };
        }
    }

    static final class SmallLetters extends BreachedPasswordsContract {
        @Override
        protected BreachedPasswords create(Ranges ranges) {
            return BreachedPasswords.from(prefix -> ranges.range(prefix.toLowerCase(Locale.ROOT)));
        }
    }

    static final class OutIsNotBreached extends BreachedPasswordsContract {
        @Override
        protected BreachedPasswords create(Ranges ranges) {
            return password -> {
                try {
                    return BreachedPasswords.from(ranges).count(password);
                } catch (BreachListUnavailableException e) {
                    return 0;
                }
            };
        }
    }

    static final class FillingCounts extends BreachedPasswordsContract {
        @Override
        protected BreachedPasswords create(Ranges ranges) {
            return BreachedPasswords.from(prefix -> ranges.range(prefix).replaceAll("(?m):0(\r?)$", ":1$1"));
        }
    }

    static final class ComparesTheBegin extends BreachedPasswordsContract {
        @Override
        protected BreachedPasswords create(Ranges ranges) {
            return password -> {
                String hash = RangedBreachedPasswords.sha1(password);
                return BreachedPasswords.from(prefix ->
                                ranges.range(prefix).replaceAll(hash.substring(5, 39) + "[0-9A-F]", hash.substring(5)))
                        .count(password);
            };
        }
    }

    @Test
    void convictsEachFault() {
        Kit.convicts(AsksWithSixDigits.class, "BP-3");
        Kit.convicts(SmallLetters.class, "BP-1", "BP-3");
        Kit.convicts(OutIsNotBreached.class, "BP-4");
        Kit.convicts(FillingCounts.class, "BP-2");
        Kit.convicts(ComparesTheBegin.class, "BP-2");
    }
}
