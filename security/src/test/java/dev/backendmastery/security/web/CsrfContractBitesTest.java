package dev.backendmastery.security.web;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.web.CsrfPolicy.Request;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class CsrfContractBitesTest {

    private static final String HERE = "https://app.example";

    /** Right but for what a subclass makes of requests before it looks at them. */
    abstract static class Planted extends CsrfContract {
        @Override
        protected int texts() {
            return 3_000;
        }

        @Override
        protected Csrf create(MacKeys keys, Origin own, Set<Origin> trusted) {
            Csrf right = CsrfTest.ours(new CsrfTokens(keys), own, trusted);
            return new Csrf() {
                @Override
                public String issue(String session) {
                    return Planted.this.issue(right, session);
                }

                @Override
                public String mask(String token) {
                    return Planted.this.mask(keys, right, token);
                }

                @Override
                public void check(Request request) {
                    Request seen = Planted.this.sees(keys, right, request);
                    if (seen != null) {
                        right.check(seen);
                    }
                }
            };
        }

        String issue(Csrf right, String session) {
            return right.issue(session);
        }

        String mask(MacKeys keys, Csrf right, String token) {
            return right.mask(token);
        }

        /** The request as it is misunderstood, or null if it passes unseen. */
        @Nullable
        Request sees(MacKeys keys, Csrf right, Request request) {
            return request;
        }
    }

    private static Request origin(Request r, @Nullable String origin) {
        return new Request(
                r.method(),
                origin,
                r.referer(),
                r.fetchSite(),
                r.json(),
                r.contentType(),
                r.session(),
                r.cookie(),
                r.submitted());
    }

    private static Request referer(Request r, @Nullable String referer) {
        return new Request(
                r.method(),
                r.origin(),
                referer,
                r.fetchSite(),
                r.json(),
                r.contentType(),
                r.session(),
                r.cookie(),
                r.submitted());
    }

    private static Request site(Request r, @Nullable String site) {
        return new Request(
                r.method(),
                r.origin(),
                r.referer(),
                site,
                r.json(),
                r.contentType(),
                r.session(),
                r.cookie(),
                r.submitted());
    }

    private static Request type(Request r, @Nullable String type) {
        return new Request(
                r.method(),
                r.origin(),
                r.referer(),
                r.fetchSite(),
                r.json(),
                type,
                r.session(),
                r.cookie(),
                r.submitted());
    }

    private static Request tokens(
            Request r, @Nullable String session, @Nullable String cookie, @Nullable String submitted) {
        return new Request(
                r.method(),
                r.origin(),
                r.referer(),
                r.fetchSite(),
                r.json(),
                r.contentType(),
                session,
                cookie,
                submitted);
    }

    /** What the text of a page stands for. */
    private static @Nullable String unmasked(@Nullable String text) {
        if (text == null || text.length() != 130) {
            return text;
        }
        byte[] both;
        try {
            both = Base64.getUrlDecoder().decode(text.substring(2));
        } catch (IllegalArgumentException e) {
            return text;
        }
        byte[] body = Arrays.copyOf(both, both.length / 2);
        for (int i = 0; i < body.length; i++) {
            body[i] ^= both[body.length + i];
        }
        return text.substring(0, 2) + Base64.getUrlEncoder().withoutPadding().encodeToString(body);
    }

    static final class NoFault extends Planted {}

    static final class NotBoundToTheSession extends Planted {
        @Override
        String issue(Csrf right, String session) {
            return right.issue("");
        }

        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return r.session() == null ? r : tokens(r, "", r.cookie(), r.submitted());
        }
    }

    /** A session's name is joined to the token without its length: here, without its last character. */
    static final class ShortensTheSession extends Planted {
        @Override
        String issue(Csrf right, String session) {
            return right.issue(session.substring(0, Math.min(7, session.length())));
        }

        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            String session = Objects.requireNonNullElse(r.session(), "");
            return tokens(r, session.substring(0, Math.min(7, session.length())), r.cookie(), r.submitted());
        }
    }

    static final class UnsignedDoubleSubmit extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            if (r.session() != null
                    && r.cookie() != null
                    && !r.cookie().isEmpty()
                    && r.cookie().equals(r.submitted())) {
                String token = right.issue(r.session());
                return tokens(r, r.session(), token, token);
            }
            return r;
        }
    }

    static final class CookieAlone extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return tokens(r, r.session(), r.cookie(), r.cookie());
        }
    }

    static final class SubmissionAlone extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            String plain = unmasked(r.submitted());
            return tokens(r, r.session(), plain, plain);
        }
    }

    static final class ChecksIfThere extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            boolean missing = r.submitted() == null || r.submitted().isEmpty();
            return missing && "POST".equals(r.method()) ? tokens(r, null, null, null) : r;
        }
    }

    static final class NeverMasks extends Planted {
        @Override
        String mask(MacKeys keys, Csrf right, String token) {
            return token;
        }
    }

    static final class OneMaskForAll extends Planted {
        @Override
        String mask(MacKeys keys, Csrf right, String token) {
            return new CsrfTokens(keys, new Random(1)).mask(token);
        }
    }

    static final class ForgetsFormerKeys extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            boolean former = r.cookie() != null && r.cookie().startsWith("a.");
            return former ? tokens(r, r.session(), "", "") : r;
        }
    }

    static final class KeysForEver extends Planted {
        @Override
        protected Csrf create(MacKeys keys, Origin own, Set<Origin> trusted) {
            boolean there = keys.toString().matches(".*[\\[ ]a[,\\]].*");
            return super.create(there ? keys : keys.andFormer("a", OLD), own, trusted);
        }
    }

    static final class OriginBegins extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return r.origin() != null && r.origin().startsWith(HERE) ? origin(r, HERE) : r;
        }
    }

    static final class OriginEnds extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return r.origin() != null && r.origin().endsWith("app.example") ? origin(r, HERE) : r;
        }
    }

    static final class NullIsHere extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return "null".equals(r.origin()) ? origin(r, HERE) : r;
        }
    }

    static final class AnyScheme extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return r.origin() == null ? r : origin(r, r.origin().replaceFirst("^http:", "https:"));
        }
    }

    static final class IgnoresFetchSite extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return site(r, "none");
        }
    }

    static final class SiteIsOrigin extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return "same-site".equals(r.fetchSite()) ? site(r, "same-origin") : r;
        }
    }

    static final class PassesFromNowhere extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return r.origin() == null && r.referer() == null && r.fetchSite() == null ? origin(r, HERE) : r;
        }
    }

    static final class RefererContains extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return r.referer() != null && r.referer().contains("app.example") ? referer(r, HERE + "/") : r;
        }
    }

    static final class AnyType extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return type(r, "application/json");
        }
    }

    static final class TypeContains extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            return r.contentType() != null && r.contentType().contains("json") ? type(r, "application/json") : r;
        }
    }

    static final class PostAlone extends Planted {
        @Override
        @Nullable
        Request sees(MacKeys keys, Csrf right, Request r) {
            return r.method().equals("POST") ? r : null;
        }
    }

    static final class MethodsWithoutCase extends Planted {
        @Override
        @Nullable
        Request sees(MacKeys keys, Csrf right, Request r) {
            return CsrfPolicy.isSafe(r.method().toUpperCase(Locale.ROOT)) ? null : r;
        }
    }

    static final class ThrowsWhatComes extends Planted {
        @Override
        Request sees(MacKeys keys, Csrf right, Request r) {
            if (r.cookie() != null && !r.cookie().isEmpty() && r.cookie().indexOf('.') < 0) {
                throw new StringIndexOutOfBoundsException(-1);
            }
            return r;
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(NotBoundToTheSession.class, "CS-2"),
                () -> Kit.convicts(ShortensTheSession.class, "CS-2"),
                () -> Kit.convicts(UnsignedDoubleSubmit.class, "CS-2", "CS-3", "CS-7"),
                () -> Kit.convicts(CookieAlone.class, "CS-4", "CS-5"),
                () -> Kit.convicts(SubmissionAlone.class, "CS-4", "CS-5", "CS-13"),
                () -> Kit.convicts(ChecksIfThere.class, "CS-4", "CS-12"),
                () -> Kit.convicts(NeverMasks.class, "CS-6"),
                () -> Kit.convicts(OneMaskForAll.class, "CS-6"),
                () -> Kit.convicts(ForgetsFormerKeys.class, "CS-7"),
                () -> Kit.convicts(KeysForEver.class, "CS-7"),
                () -> Kit.convicts(OriginBegins.class, "CS-8", "CS-13"),
                () -> Kit.convicts(OriginEnds.class, "CS-8", "CS-13"),
                () -> Kit.convicts(NullIsHere.class, "CS-8"),
                () -> Kit.convicts(AnyScheme.class, "CS-8"),
                () -> Kit.convicts(IgnoresFetchSite.class, "CS-9", "CS-10"),
                () -> Kit.convicts(SiteIsOrigin.class, "CS-9"),
                () -> Kit.convicts(PassesFromNowhere.class, "CS-10"),
                () -> Kit.convicts(RefererContains.class, "CS-10"),
                () -> Kit.convicts(AnyType.class, "CS-11"),
                () -> Kit.convicts(TypeContains.class, "CS-11"),
                () -> Kit.convicts(PostAlone.class, "CS-12"),
                () -> Kit.convicts(MethodsWithoutCase.class, "CS-12"),
                () -> Kit.convicts(ThrowsWhatComes.class, "CS-13"));
    }
}
