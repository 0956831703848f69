package dev.backendmastery.security.web;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.web.CorsPolicy.Answer;
import dev.backendmastery.security.web.CorsPolicy.Decision;
import dev.backendmastery.security.web.CorsPolicy.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class CorsContractBitesTest {

    /** Right but for what a subclass makes of requests before, or of decisions afterwards. */
    abstract static class Planted extends CorsContract {
        @Override
        protected int texts() {
            return 3_000;
        }

        @Override
        protected Cors create(List<Origin> origins, boolean credentials, boolean privateNetwork) {
            CorsPolicy right = CorsPolicyTest.ours(origins, credentials, privateNetwork);
            return request -> answers(request, right.decide(origins.isEmpty() ? request : sees(request)));
        }

        Request sees(Request request) {
            return request;
        }

        Decision answers(Request request, Decision decision) {
            return decision;
        }
    }

    private static Request origin(Request r, @Nullable String origin) {
        return new Request(r.method(), origin, r.requestMethod(), r.requestHeaders(), r.privateNetwork());
    }

    private static Decision with(Decision decision, String name, String value) {
        List<HttpHeader> headers = new ArrayList<>(decision.headers());
        headers.removeIf(header -> header.name().equals(name));
        headers.add(new HttpHeader(name, value));
        return new Decision(decision.answer(), headers);
    }

    private static Decision without(Decision decision, String name) {
        List<HttpHeader> headers = new ArrayList<>(decision.headers());
        headers.removeIf(header -> header.name().equals(name));
        return new Decision(decision.answer(), headers);
    }

    static final class NoFault extends Planted {}

    static final class ReflectsAnyOriginWithCredentials extends Planted {
        @Override
        Request sees(Request r) {
            return r.origin() == null ? r : origin(r, APP);
        }

        @Override
        Decision answers(Request r, Decision decision) {
            boolean real =
                    r.origin() != null && Origin.parse(r.origin()).isPresent() && decision.answer() != Answer.NONE;
            return real && decision.headers().size() > 1
                    ? with(decision, "Access-Control-Allow-Origin", Objects.requireNonNull(r.origin()))
                    : decision;
        }
    }

    static final class OriginBegins extends Planted {
        @Override
        Request sees(Request r) {
            return r.origin() != null && r.origin().startsWith(APP) ? origin(r, APP) : r;
        }
    }

    static final class OriginEnds extends Planted {
        @Override
        Request sees(Request r) {
            return r.origin() != null && r.origin().endsWith("app.example") ? origin(r, APP) : r;
        }
    }

    static final class PatternWithDots extends Planted {
        @Override
        Request sees(Request r) {
            return r.origin() != null && r.origin().matches("https://app.example") ? origin(r, APP) : r;
        }
    }

    static final class CaseInOrigins extends Planted {
        @Override
        Request sees(Request r) {
            return r.origin() == null ? r : origin(r, r.origin().toLowerCase(Locale.ROOT));
        }
    }

    static final class NullIsSomebody extends Planted {
        @Override
        Decision answers(Request r, Decision decision) {
            return "null".equals(r.origin()) ? with(decision, "Access-Control-Allow-Origin", "null") : decision;
        }
    }

    static final class NeverVaries extends Planted {
        @Override
        Decision answers(Request r, Decision decision) {
            return without(decision, "Vary");
        }
    }

    static final class VariesWhereItAllows extends Planted {
        @Override
        Decision answers(Request r, Decision decision) {
            return decision.answer() == Answer.NONE ? without(decision, "Vary") : decision;
        }
    }

    static final class StarWithCookies extends Planted {
        @Override
        Decision answers(Request r, Decision decision) {
            boolean star = decision.headers().contains(new HttpHeader("Access-Control-Allow-Origin", "*"));
            return star ? with(decision, "Access-Control-Allow-Credentials", "true") : decision;
        }
    }

    static final class CookiesUnasked extends Planted {
        @Override
        Decision answers(Request r, Decision decision) {
            boolean origin = decision.headers().contains(new HttpHeader("Access-Control-Allow-Origin", APP));
            return origin ? with(decision, "Access-Control-Allow-Credentials", "true") : decision;
        }
    }

    static final class AnyMethod extends Planted {
        @Override
        Request sees(Request r) {
            return r.requestMethod() == null
                    ? r
                    : new Request(r.method(), r.origin(), "GET", r.requestHeaders(), r.privateNetwork());
        }
    }

    static final class AnyHeader extends Planted {
        @Override
        Request sees(Request r) {
            return new Request(r.method(), r.origin(), r.requestMethod(), null, r.privateNetwork());
        }
    }

    static final class RepeatsTheAskedHeaders extends Planted {
        @Override
        Decision answers(Request r, Decision decision) {
            return decision.answer() == Answer.PREFLIGHT && "content-type".equals(r.requestHeaders())
                    ? with(decision, "Access-Control-Allow-Headers", "content-type")
                    : decision;
        }
    }

    static final class NeverRemembered extends Planted {
        @Override
        Decision answers(Request r, Decision decision) {
            return without(decision, "Access-Control-Max-Age");
        }
    }

    static final class OpensPrivateNetworks extends Planted {
        @Override
        Decision answers(Request r, Decision decision) {
            return decision.answer() == Answer.PREFLIGHT && r.privateNetwork() != null
                    ? with(decision, "Access-Control-Allow-Private-Network", "true")
                    : decision;
        }
    }

    static final class EveryOptionsIsAPreflight extends Planted {
        @Override
        Request sees(Request r) {
            return r.method().equals("OPTIONS") && r.requestMethod() == null
                    ? new Request("OPTIONS", r.origin(), "GET", r.requestHeaders(), r.privateNetwork())
                    : r;
        }
    }

    static final class ThrowsWhatComes extends Planted {
        @Override
        Request sees(Request r) {
            if (r.origin() != null && r.origin().contains("[") && !r.origin().contains("]")) {
                throw new IllegalArgumentException("no address");
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
                () -> Kit.convicts(ReflectsAnyOriginWithCredentials.class, "CO-2", "CO-3", "CO-5", "CO-10"),
                () -> Kit.convicts(OriginBegins.class, "CO-2", "CO-10"),
                () -> Kit.convicts(OriginEnds.class, "CO-2", "CO-10"),
                () -> Kit.convicts(PatternWithDots.class, "CO-2", "CO-10"),
                () -> Kit.convicts(CaseInOrigins.class, "CO-2", "CO-10"),
                () -> Kit.convicts(NullIsSomebody.class, "CO-3"),
                () -> Kit.convicts(NeverVaries.class, "CO-4"),
                () -> Kit.convicts(VariesWhereItAllows.class, "CO-4"),
                () -> Kit.convicts(StarWithCookies.class, "CO-5"),
                () -> Kit.convicts(CookiesUnasked.class, "CO-1"),
                () -> Kit.convicts(AnyMethod.class, "CO-6"),
                () -> Kit.convicts(AnyHeader.class, "CO-6"),
                () -> Kit.convicts(RepeatsTheAskedHeaders.class, "CO-7"),
                () -> Kit.convicts(NeverRemembered.class, "CO-7"),
                () -> Kit.convicts(OpensPrivateNetworks.class, "CO-8"),
                () -> Kit.convicts(EveryOptionsIsAPreflight.class, "CO-9"),
                () -> Kit.convicts(ThrowsWhatComes.class, "CO-10"));
    }
}
