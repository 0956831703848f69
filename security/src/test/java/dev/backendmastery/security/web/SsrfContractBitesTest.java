package dev.backendmastery.security.web;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.web.SsrfGuard.Resolver;
import dev.backendmastery.security.web.SsrfGuard.Target;
import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class SsrfContractBitesTest {

    /** Right but for what a subclass does otherwise. */
    abstract static class Planted extends SsrfContract {
        @Override
        protected int texts() {
            return 3_000;
        }

        @Override
        protected Fetcher create(Resolver resolver) {
            return SsrfGuardTest.ours(guard(resolver));
        }

        SsrfGuard guard(Resolver resolver) {
            return SsrfGuard.publicWeb(resolver);
        }
    }

    /** Right but for which addresses it takes for public. */
    abstract static class Ranges extends Planted implements Predicate<InetAddress> {
        @Override
        SsrfGuard guard(Resolver resolver) {
            return super.guard(resolver).addresses(this);
        }
    }

    static final class NoFault extends Planted {}

    static final class PrivateRangesAlone extends Ranges {
        @Override
        public boolean test(InetAddress address) {
            byte[] b = address.getAddress();
            boolean private4 = b.length == 4
                    && (b[0] == 10
                            || b[0] == 127
                            || (b[0] == (byte) 172 && (b[1] & 0xf0) == 16)
                            || (b[0] == (byte) 192 && b[1] == (byte) 168));
            return b.length == 4 ? !private4 : PublicAddresses.contains(address);
        }
    }

    static final class WhatThePlatformKnows extends Ranges {
        @Override
        public boolean test(InetAddress address) {
            return !address.isLoopbackAddress()
                    && !address.isAnyLocalAddress()
                    && !address.isLinkLocalAddress()
                    && !address.isSiteLocalAddress()
                    && !address.isMulticastAddress();
        }
    }

    static final class ForgetsMetadata extends Ranges {
        @Override
        public boolean test(InetAddress address) {
            return (address.isLinkLocalAddress() && address.getAddress().length == 4)
                    || PublicAddresses.contains(address);
        }
    }

    static final class TranslatesNothing extends Ranges {
        @Override
        public boolean test(InetAddress address) {
            byte[] b = address.getAddress();
            return PublicAddresses.contains(address) || (b.length == 16 && b[0] == 0 && b[1] == 0x64);
        }
    }

    static final class ForgetsTunnels extends Ranges {
        @Override
        public boolean test(InetAddress address) {
            byte[] b = address.getAddress();
            return PublicAddresses.contains(address)
                    || (b.length == 16 && b[0] == 0x20 && (b[1] == 2 || (b[1] == 1 && b[2] == 0 && b[3] == 0)));
        }
    }

    static final class FirstAddressWillDo extends Planted {
        @Override
        SsrfGuard guard(Resolver resolver) {
            return super.guard(host -> {
                InetAddress[] all = resolver.resolve(host);
                return all.length < 2 || !PublicAddresses.contains(all[0]) || PublicAddresses.contains(all[1])
                        ? all
                        : new InetAddress[] {all[0]};
            });
        }
    }

    static final class ReadsAddressesAsTheResolverDoes extends Planted {
        @Override
        protected Fetcher create(Resolver resolver) {
            Fetcher right = super.create(resolver);
            return (address, redirects) ->
                    right.follow(address.equals("http://93.184.55330/") ? "http://93.184.216.34/" : address, redirects);
        }
    }

    static final class ChecksThenResolvesAgain extends Planted {
        @Override
        protected Fetcher create(Resolver resolver) {
            Fetcher right = super.create(resolver);
            return (address, redirects) -> {
                List<InetAddress> checked = right.follow(address, redirects);
                try {
                    String host = URI.create(address).getHost();
                    return host.equals("rebinding.example") ? List.of(resolver.resolve(host)) : checked;
                } catch (UnknownHostException e) {
                    throw new WebRefusedException(Reason.TARGET, "does not resolve");
                }
            };
        }
    }

    static final class FollowsWithoutLooking extends Planted {
        @Override
        protected Fetcher create(Resolver resolver) {
            SsrfGuard guard = guard(resolver);
            return (address, redirects) -> {
                Target target = guard.check(address);
                for (String location : redirects) {
                    if (Texts.passes(() -> guard.check(location))) {
                        target = guard.check(location);
                    }
                }
                return target.addresses();
            };
        }
    }

    static final class FollowsForEver extends Planted {
        @Override
        SsrfGuard guard(Resolver resolver) {
            return super.guard(resolver).maxHops(20);
        }
    }

    static final class FollowsToHttp extends Planted {
        @Override
        protected Fetcher create(Resolver resolver) {
            SsrfGuard guard = guard(resolver);
            return (address, redirects) -> {
                Target target = guard.check(address);
                for (String location : redirects) {
                    target = location.equals("http://public.example/")
                            ? guard.check(location)
                            : guard.redirect(target, location);
                }
                return target.addresses();
            };
        }
    }

    static final class KeepsTheFirstPin extends Planted {
        @Override
        protected Fetcher create(Resolver resolver) {
            Fetcher right = super.create(resolver);
            return (address, redirects) ->
                    right.follow(address, redirects.equals(List.of("/again")) ? List.of() : redirects);
        }
    }

    static final class AnyPort extends Planted {
        @Override
        SsrfGuard guard(Resolver resolver) {
            return super.guard(resolver).ports(Set.of(80, 443, 22, 6_379, 8_443));
        }
    }

    static final class TakesUsers extends Planted {
        @Override
        protected Fetcher create(Resolver resolver) {
            Fetcher right = super.create(resolver);
            return (address, redirects) -> right.follow(address.replace("//user@", "//"), redirects);
        }
    }

    static final class NobodyIsPublic extends Planted {
        @Override
        SsrfGuard guard(Resolver resolver) {
            return super.guard(host -> {
                InetAddress[] all = resolver.resolve(host);
                return all.length == 0 ? new InetAddress[] {InetAddress.getByAddress(bytes("93.184.216.34"))} : all;
            });
        }
    }

    static final class ThrowsWhatComes extends Planted {
        @Override
        protected Fetcher create(Resolver resolver) {
            Fetcher right = super.create(resolver);
            return (address, redirects) -> {
                if (address.endsWith("#")) {
                    throw new IllegalArgumentException("incomplete escape");
                }
                return right.follow(address, redirects);
            };
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(PrivateRangesAlone.class, "SF-2", "SF-5", "SF-7"),
                () -> Kit.convicts(WhatThePlatformKnows.class, "SF-2", "SF-3", "SF-10"),
                () -> Kit.convicts(ForgetsMetadata.class, "SF-2", "SF-5", "SF-7"),
                () -> Kit.convicts(TranslatesNothing.class, "SF-3"),
                () -> Kit.convicts(ForgetsTunnels.class, "SF-3"),
                () -> Kit.convicts(FirstAddressWillDo.class, "SF-5"),
                () -> Kit.convicts(ReadsAddressesAsTheResolverDoes.class, "SF-4"),
                () -> Kit.convicts(ChecksThenResolvesAgain.class, "SF-6"),
                () -> Kit.convicts(FollowsWithoutLooking.class, "SF-7"),
                () -> Kit.convicts(FollowsForEver.class, "SF-7"),
                () -> Kit.convicts(FollowsToHttp.class, "SF-7"),
                () -> Kit.convicts(KeepsTheFirstPin.class, "SF-7"),
                () -> Kit.convicts(AnyPort.class, "SF-7", "SF-8"),
                () -> Kit.convicts(TakesUsers.class, "SF-8"),
                () -> Kit.convicts(NobodyIsPublic.class, "SF-9"),
                () -> Kit.convicts(ThrowsWhatComes.class, "SF-10"));
    }
}
