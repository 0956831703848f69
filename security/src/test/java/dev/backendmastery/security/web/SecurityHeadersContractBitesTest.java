package dev.backendmastery.security.web;

import dev.backendmastery.core.kit.Kit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class SecurityHeadersContractBitesTest {

    /** Right but for what a subclass says otherwise. */
    abstract static class Planted extends SecurityHeadersContract {
        @Override
        protected int texts() {
            return 3_000;
        }

        @Override
        protected Headers create() {
            return new Headers() {
                @Override
                public String nonce() {
                    return Planted.this.nonce(SecurityHeadersTest.ours().nonce());
                }

                @Override
                public List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
                    return Planted.this.headers(nonce, secure, confidential);
                }

                @Override
                public String line(String name, String value) {
                    return Planted.this.line(name, value);
                }

                @Override
                public String policyWith(String directive, String... sources) {
                    return Planted.this.policyWith(directive, sources);
                }
            };
        }

        String nonce(String right) {
            return right;
        }

        List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
            return SecurityHeadersTest.ours().headers(nonce, secure, confidential);
        }

        String line(String name, String value) {
            return SecurityHeadersTest.ours().line(name, value);
        }

        String policyWith(String directive, String... sources) {
            return SecurityHeadersTest.ours().policyWith(directive, sources);
        }

        final List<HttpHeader> without(String name, List<HttpHeader> all) {
            List<HttpHeader> headers = new ArrayList<>(all);
            headers.removeIf(header -> header.name().equals(name));
            return headers;
        }

        final List<HttpHeader> replaced(String from, String to, List<HttpHeader> all) {
            return all.stream()
                    .map(header -> new HttpHeader(header.name(), header.value().replace(from, to)))
                    .toList();
        }
    }

    static final class NoFault extends Planted {}

    static final class GuessesTypes extends Planted {
        @Override
        List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
            return without("X-Content-Type-Options", super.headers(nonce, secure, confidential));
        }
    }

    static final class FormsToAnywhere extends Planted {
        @Override
        List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
            return replaced("; form-action 'self'", "", super.headers(nonce, secure, confidential));
        }
    }

    static final class OneNonceForAll extends Planted {
        @Override
        String nonce(String right) {
            return "abcdefghijklmnopqrstuvwx";
        }
    }

    static final class HalfANonce extends Planted {
        @Override
        String nonce(String right) {
            return "abcdefghijkl" + right.substring(12);
        }
    }

    static final class InlineScripts extends Planted {
        @Override
        List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
            return replaced("script-src ", "script-src 'unsafe-inline' ", super.headers(nonce, secure, confidential));
        }
    }

    static final class TransportOverHttp extends Planted {
        @Override
        List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
            return super.headers(nonce, true, confidential);
        }
    }

    static final class TransportForADay extends Planted {
        @Override
        List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
            return replaced("max-age=63072000", "max-age=86400", super.headers(nonce, secure, confidential));
        }
    }

    static final class KeptByCaches extends Planted {
        @Override
        List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
            return replaced("no-store", "private", super.headers(nonce, secure, confidential));
        }
    }

    static final class PassesLineEnds extends Planted {
        @Override
        String line(String name, String value) {
            return name + ": " + value;
        }
    }

    static final class RefusesBothLineEndsTogether extends Planted {
        private static final Pattern ENDS = Pattern.compile("[\r\n]");

        @Override
        String line(String name, String value) {
            return value.contains("\r\n") || !ENDS.matcher(value).find()
                    ? super.line(name, value)
                    : super.line(name, ENDS.matcher(value).replaceAll(" ").strip());
        }
    }

    static final class TakesControlsOut extends Planted {
        @Override
        String line(String name, String value) {
            return super.line(name, value.replaceAll("[\\x00-\\x1f]", ""));
        }
    }

    static final class SourcesWithSemicolons extends Planted {
        @Override
        String policyWith(String directive, String... sources) {
            return sources.length == 1 && sources[0].contains(";")
                    ? "img-src " + sources[0]
                    : super.policyWith(directive, sources);
        }
    }

    static final class UnsafeInOneCase extends Planted {
        @Override
        String policyWith(String directive, String... sources) {
            boolean upper = sources.length == 1
                    && sources[0].startsWith("'U")
                    && sources[0].equals(sources[0].toUpperCase(Locale.ROOT));
            return upper ? super.policyWith(directive, "'self'") : super.policyWith(directive, sources);
        }
    }

    static final class AnyNonce extends Planted {
        @Override
        List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
            String sound = nonce.length() == 24 && nonce.matches("[\\w-]+")
                    ? nonce
                    : SecurityHeadersTest.ours().nonce();
            return super.headers(sound, secure, confidential);
        }
    }

    static final class InAnyFrame extends Planted {
        @Override
        List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
            return replaced("frame-ancestors 'none'", "frame-ancestors *", super.headers(nonce, secure, confidential));
        }
    }

    static final class ForgetsOlderBrowsers extends Planted {
        @Override
        List<HttpHeader> headers(String nonce, boolean secure, boolean confidential) {
            return without("X-Frame-Options", super.headers(nonce, secure, confidential));
        }
    }

    static final class ThrowsWhatComes extends Planted {
        @Override
        String line(String name, String value) {
            if (value.endsWith("%")) {
                throw new IllegalArgumentException("incomplete escape");
            }
            return super.line(name, value);
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(GuessesTypes.class, "SH-1"),
                () -> Kit.convicts(FormsToAnywhere.class, "SH-1"),
                () -> Kit.convicts(OneNonceForAll.class, "SH-2"),
                () -> Kit.convicts(HalfANonce.class, "SH-2"),
                () -> Kit.convicts(InlineScripts.class, "SH-2"),
                () -> Kit.convicts(TransportOverHttp.class, "SH-3"),
                () -> Kit.convicts(TransportForADay.class, "SH-3"),
                () -> Kit.convicts(KeptByCaches.class, "SH-4"),
                () -> Kit.convicts(PassesLineEnds.class, "SH-5", "SH-8"),
                () -> Kit.convicts(RefusesBothLineEndsTogether.class, "SH-5"),
                () -> Kit.convicts(TakesControlsOut.class, "SH-5"),
                () -> Kit.convicts(SourcesWithSemicolons.class, "SH-6", "SH-8"),
                () -> Kit.convicts(UnsafeInOneCase.class, "SH-6"),
                () -> Kit.convicts(AnyNonce.class, "SH-6"),
                () -> Kit.convicts(InAnyFrame.class, "SH-7"),
                () -> Kit.convicts(ForgetsOlderBrowsers.class, "SH-7"),
                () -> Kit.convicts(ThrowsWhatComes.class, "SH-8"));
    }
}
