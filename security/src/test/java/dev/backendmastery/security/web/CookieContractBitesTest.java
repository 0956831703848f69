package dev.backendmastery.security.web;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.web.SetCookie.SameSite;
import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class CookieContractBitesTest {

    /** Right but for what a subclass does otherwise. */
    abstract static class Planted extends CookieContract {
        @Override
        protected int texts() {
            return 3_000;
        }

        @Override
        protected Jar create() {
            return new Jar() {
                @Override
                public String write(Wish wish) {
                    return Planted.this.write(wish);
                }

                @Override
                public Optional<String> read(List<String> headers, Set<String> guarded, String name) {
                    return Planted.this.read(headers, guarded, name);
                }
            };
        }

        String write(Wish wish) {
            return new CookieTest.Ours().write(wish);
        }

        Optional<String> read(List<String> headers, Set<String> guarded, String name) {
            return new CookieTest.Ours().read(headers, guarded, name);
        }
    }

    private static CookieContract.Wish with(
            CookieContract.Wish w, boolean secure, boolean httpOnly, @Nullable String path, @Nullable String domain) {
        return new CookieContract.Wish(w.name(), w.value(), secure, httpOnly, w.sameSite(), path, domain, w.maxAge());
    }

    static final class NoFault extends Planted {}

    static final class ForScripts extends Planted {
        @Override
        String write(Wish w) {
            return super.write(w).replace("; HttpOnly", "");
        }
    }

    static final class AnySite extends Planted {
        @Override
        String write(Wish w) {
            return w.sameSite() == null ? super.write(w).replace("SameSite=Lax", "SameSite=None") : super.write(w);
        }
    }

    static final class HostWithADomain extends Planted {
        @Override
        String write(Wish w) {
            return w.name().equals("__Host-a")
                    ? super.write(with(w, w.secure(), w.httpOnly(), w.path(), null))
                    : super.write(w);
        }
    }

    static final class PrefixesWithCase extends Planted {
        @Override
        String write(Wish w) {
            boolean other =
                    w.name().startsWith("__") && w.name().equals(w.name().toLowerCase(Locale.ROOT));
            return other
                    ? super.write(with(
                            Wish.of(w.name().substring(2), w.value()), w.secure(), w.httpOnly(), w.path(), w.domain()))
                    : super.write(w);
        }
    }

    static final class InsecureSecure extends Planted {
        @Override
        String write(Wish w) {
            return w.name().startsWith("__Secure-")
                    ? super.write(with(w, true, w.httpOnly(), w.path(), w.domain()))
                    : super.write(w);
        }
    }

    static final class HttpForScripts extends Planted {
        @Override
        String write(Wish w) {
            return w.name().contains("Http-")
                    ? super.write(with(w, w.secure(), true, w.path(), w.domain()))
                    : super.write(w);
        }
    }

    static final class AnyValue extends Planted {
        @Override
        String write(Wish w) {
            return w.value().contains(";") || w.value().contains("\n") ? w.name() + "=" + w.value() : super.write(w);
        }
    }

    static final class AnyDomain extends Planted {
        @Override
        String write(Wish w) {
            boolean strange = w.domain() != null && !Hosts.isName(w.domain());
            return strange ? super.write(with(w, w.secure(), w.httpOnly(), w.path(), "a.example")) : super.write(w);
        }
    }

    static final class AnySize extends Planted {
        @Override
        String write(Wish w) {
            return w.value().length() > 4_000 ? w.name() + "=" + w.value() : super.write(w);
        }
    }

    static final class InsecureForAllSites extends Planted {
        @Override
        String write(Wish w) {
            return w.sameSite() == SameSite.NONE
                    ? super.write(with(w, true, w.httpOnly(), w.path(), w.domain()))
                    : super.write(w);
        }
    }

    static final class LivesForEver extends Planted {
        @Override
        String write(Wish w) {
            boolean longer = w.maxAge() != null && w.maxAge().compareTo(Duration.ofDays(400)) > 0;
            return longer ? "a=v; Max-Age=99999999" : super.write(w);
        }
    }

    static final class NamesWithoutCase extends Planted {
        @Override
        Optional<String> read(List<String> headers, Set<String> guarded, String name) {
            Optional<String> found = super.read(headers, guarded, name);
            return found.isPresent() || !name.equals("A") ? found : super.read(headers, guarded, "a");
        }
    }

    static final class FirstOneWins extends Planted {
        @Override
        Optional<String> read(List<String> headers, Set<String> guarded, String name) {
            return super.read(headers, Set.of(), name);
        }
    }

    static final class RefusesAllForOne extends Planted {
        @Override
        Optional<String> read(List<String> headers, Set<String> guarded, String name) {
            if (headers.toString().contains("\"")) {
                throw new WebRefusedException(Reason.COOKIE, "a value of no cookie");
            }
            return super.read(headers, guarded, name);
        }
    }

    static final class StripsWhatIsNoSpace extends Planted {
        @Override
        Optional<String> read(List<String> headers, Set<String> guarded, String name) {
            return super.read(
                    headers.stream().map(header -> header.replace("\u00a0", "")).toList(), guarded, name);
        }
    }

    static final class ReadsAnySize extends Planted {
        @Override
        Optional<String> read(List<String> headers, Set<String> guarded, String name) {
            return headers.toString().length() > 30_000 ? Optional.empty() : super.read(headers, guarded, name);
        }
    }

    static final class ThrowsWhatComes extends Planted {
        @Override
        String write(Wish w) {
            if (w.path() != null && w.path().contains("//")) {
                throw new IllegalStateException("a path");
            }
            return super.write(w);
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(ForScripts.class, "CK-1", "CK-11"),
                () -> Kit.convicts(AnySite.class, "CK-1", "CK-11"),
                () -> Kit.convicts(HostWithADomain.class, "CK-2"),
                () -> Kit.convicts(PrefixesWithCase.class, "CK-2", "CK-3"),
                () -> Kit.convicts(InsecureSecure.class, "CK-3"),
                () -> Kit.convicts(HttpForScripts.class, "CK-3"),
                () -> Kit.convicts(AnyValue.class, "CK-4", "CK-11"),
                () -> Kit.convicts(AnyDomain.class, "CK-4"),
                () -> Kit.convicts(AnySize.class, "CK-5"),
                () -> Kit.convicts(InsecureForAllSites.class, "CK-6"),
                () -> Kit.convicts(LivesForEver.class, "CK-7"),
                () -> Kit.convicts(NamesWithoutCase.class, "CK-8"),
                () -> Kit.convicts(FirstOneWins.class, "CK-9"),
                () -> Kit.convicts(RefusesAllForOne.class, "CK-10"),
                () -> Kit.convicts(StripsWhatIsNoSpace.class, "CK-10"),
                () -> Kit.convicts(ReadsAnySize.class, "CK-10"),
                () -> Kit.convicts(ThrowsWhatComes.class, "CK-11"));
    }
}
