package dev.backendmastery.security.web;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.ratelimit.KeyedTokenBucket;
import dev.backendmastery.core.ratelimit.Rate;
import dev.backendmastery.core.time.Ticker;
import dev.backendmastery.security.web.LoginThrottle.Decision;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class LoginThrottleContractBitesTest {

    /** Right but for what a subclass sets or sees otherwise. */
    abstract static class Planted extends LoginThrottleContract {
        @Override
        protected Throttle create(MacKeys keys, Ticker ticker, InstantSource clock) {
            Throttle right = LoginThrottleTest.ours(
                    sets(LoginThrottleTest.builder(keys, ticker, clock)).build());
            KeyedTokenBucket<String> extra = KeyedTokenBucket.of(Rate.perMinute(1), 20, 100_000, ticker);
            Set<String> kept = new HashSet<>();
            return new Throttle() {
                @Override
                public Decision attempt(String account, InetAddress address, @Nullable String deviceCookie) {
                    return attempts(right, extra, kept, account, address, deviceCookie);
                }

                @Override
                public String trust(String account) {
                    return trusts(right, account);
                }

                @Override
                public int size() {
                    return right.size() + kept.size();
                }
            };
        }

        LoginThrottle.Builder sets(LoginThrottle.Builder builder) {
            return builder;
        }

        String trusts(Throttle right, String account) {
            return right.trust(account);
        }

        Decision attempts(
                Throttle right,
                KeyedTokenBucket<String> extra,
                Set<String> kept,
                String account,
                InetAddress address,
                @Nullable String device) {
            return right.attempt(account, address, device);
        }
    }

    static final class NoFault extends Planted {}

    static final class AccountLockout extends Planted {
        @Override
        Decision attempts(
                Throttle right,
                KeyedTokenBucket<String> extra,
                Set<String> kept,
                String account,
                InetAddress address,
                @Nullable String device) {
            return account.equals("alice") && device == null && !extra.tryAcquire(account)
                    ? new Decision.Refused(Duration.ofMinutes(1))
                    : right.attempt(account, address, device);
        }
    }

    static final class KnowsNoDevices extends Planted {
        @Override
        Decision attempts(
                Throttle right,
                KeyedTokenBucket<String> extra,
                Set<String> kept,
                String account,
                InetAddress address,
                @Nullable String device) {
            return right.attempt(account, address, null);
        }
    }

    static final class NoLimitOfPairs extends Planted {
        @Override
        LoginThrottle.Builder sets(LoginThrottle.Builder builder) {
            return builder.perAccountAndAddress(Rate.perSecond(1_000), 1_000);
        }
    }

    static final class NoLimitOfAccounts extends Planted {
        @Override
        LoginThrottle.Builder sets(LoginThrottle.Builder builder) {
            return builder.perAccount(Rate.perSecond(1_000), 1_000, LONGEST_DELAY);
        }
    }

    static final class NoLimitOfAddresses extends Planted {
        @Override
        LoginThrottle.Builder sets(LoginThrottle.Builder builder) {
            return builder.perAddress(Rate.perSecond(1_000), 1_000);
        }
    }

    static final class NoOverallLimit extends Planted {
        @Override
        LoginThrottle.Builder sets(LoginThrottle.Builder builder) {
            return builder.overall(Rate.perSecond(100), 1_000);
        }
    }

    static final class KnownDevicesWithoutLimit extends Planted {
        @Override
        LoginThrottle.Builder sets(LoginThrottle.Builder builder) {
            return builder.perDevice(Rate.perSecond(1_000), 1_000, DEVICE_LIFE);
        }
    }

    static final class DevicesForEver extends Planted {
        @Override
        LoginThrottle.Builder sets(LoginThrottle.Builder builder) {
            return builder.perDevice(Rate.perMinute(1), DEVICE, Duration.ofDays(300));
        }
    }

    static final class CookiesForAllAccounts extends Planted {
        @Override
        String trusts(Throttle right, String account) {
            return right.trust(account.equals("bob") ? "alice" : account);
        }
    }

    static final class UnsignedCookies extends Planted {
        @Override
        Decision attempts(
                Throttle right,
                KeyedTokenBucket<String> extra,
                Set<String> kept,
                String account,
                InetAddress address,
                @Nullable String device) {
            boolean ofTheForm = device != null && device.matches("a\\.A{76}");
            return right.attempt(account, address, ofTheForm ? right.trust(account) : device);
        }
    }

    static final class NamesWithCase extends Planted {
        @Override
        Decision attempts(
                Throttle right,
                KeyedTokenBucket<String> extra,
                Set<String> kept,
                String account,
                InetAddress address,
                @Nullable String device) {
            return right.attempt(account.equals("ALICE ") ? "another alice" : account, address, device);
        }
    }

    static final class RemembersEverybody extends Planted {
        @Override
        Decision attempts(
                Throttle right,
                KeyedTokenBucket<String> extra,
                Set<String> kept,
                String account,
                InetAddress address,
                @Nullable String device) {
            kept.add(account);
            return right.attempt(account, address, device);
        }
    }

    static final class EachAddressOfIpv6 extends Planted {
        @Override
        Decision attempts(
                Throttle right,
                KeyedTokenBucket<String> extra,
                Set<String> kept,
                String account,
                InetAddress address,
                @Nullable String device) {
            byte[] bytes = address.getAddress();
            String seen = bytes.length == 16 && bytes[8] != 0 ? account + bytes[8] : account;
            return right.attempt(seen, address, device);
        }
    }

    static final class RefusalsCost extends Planted {
        @Override
        Decision attempts(
                Throttle right,
                KeyedTokenBucket<String> extra,
                Set<String> kept,
                String account,
                InetAddress address,
                @Nullable String device) {
            Decision decision = right.attempt(account, address, device);
            if (decision instanceof Decision.Refused && kept.add("once")) {
                right.attempt("somebody", address, device);
            }
            return decision;
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(NoLimitOfPairs.class, "LT-1", "LT-3", "LT-8", "LT-9", "LT-10", "LT-11"),
                () -> Kit.convicts(AccountLockout.class, "LT-2", "LT-4", "LT-11"),
                () -> Kit.convicts(KnowsNoDevices.class, "LT-3", "LT-6", "LT-7"),
                () -> Kit.convicts(NoLimitOfAccounts.class, "LT-4", "LT-7"),
                () -> Kit.convicts(NoLimitOfAddresses.class, "LT-5"),
                () -> Kit.convicts(NoOverallLimit.class, "LT-6", "LT-11"),
                () -> Kit.convicts(KnownDevicesWithoutLimit.class, "LT-3"),
                () -> Kit.convicts(DevicesForEver.class, "LT-7"),
                () -> Kit.convicts(CookiesForAllAccounts.class, "LT-7"),
                () -> Kit.convicts(UnsignedCookies.class, "LT-7"),
                () -> Kit.convicts(NamesWithCase.class, "LT-8"),
                () -> Kit.convicts(RemembersEverybody.class, "LT-9"),
                () -> Kit.convicts(EachAddressOfIpv6.class, "LT-10"),
                () -> Kit.convicts(RefusalsCost.class, "LT-11"));
    }
}
