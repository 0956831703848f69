package dev.backendmastery.security.web;

import dev.backendmastery.core.kit.Kit;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class RedirectContractBitesTest {

    /** Right but for what a subclass lets pass. */
    abstract static class Planted extends RedirectContract {
        @Override
        protected int texts() {
            return 3_000;
        }

        @Override
        protected Guard create(List<String> addresses, List<String> natives) {
            Guard right = RedirectGuardTest.ours(addresses, natives);
            List<String> all = new ArrayList<>(addresses);
            return new Guard() {
                @Override
                public String path(@Nullable String next) {
                    return next != null && isPath(next) ? next : right.path(next);
                }

                @Override
                public String registered(@Nullable String address) {
                    return address != null && isRegistered(address, all, natives) ? address : right.registered(address);
                }
            };
        }

        boolean isPath(String next) {
            return false;
        }

        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            return false;
        }
    }

    static final class NoFault extends Planted {}

    static final class StartsWithASlash extends Planted {
        @Override
        boolean isPath(String next) {
            return next.startsWith("/");
        }
    }

    static final class KnowsTwoSlashesAlone extends Planted {
        @Override
        boolean isPath(String next) {
            return next.startsWith("/\\") || next.startsWith("\\/");
        }
    }

    static final class RelativeToAnything extends Planted {
        @Override
        boolean isPath(String next) {
            return next.equals("evil.test") || next.equals("@evil.test");
        }
    }

    static final class KeepsTabs extends Planted {
        @Override
        boolean isPath(String next) {
            return next.startsWith("/\t/");
        }
    }

    static final class KeepsEncodedLineEnds extends Planted {
        @Override
        boolean isPath(String next) {
            return next.startsWith("/%0d%0a");
        }
    }

    static final class DotsWithParameters extends Planted {
        @Override
        boolean isPath(String next) {
            return next.startsWith("/a/..;/");
        }
    }

    static final class EncodedDots extends Planted {
        @Override
        boolean isPath(String next) {
            return next.toLowerCase(Locale.ROOT).startsWith("/%2e%2e/");
        }
    }

    static final class DecodesTwice extends Planted {
        @Override
        boolean isPath(String next) {
            return next.startsWith("/%25");
        }
    }

    static final class SchemesInOneCase extends Planted {
        @Override
        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            return !address.startsWith("javascript:")
                    && address.toLowerCase(Locale.ROOT).startsWith("javascript:");
        }
    }

    static final class AnyScheme extends Planted {
        @Override
        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            return address.startsWith("http://app.") && addresses.contains(address.replace("http:", "https:"));
        }
    }

    static final class AddressBegins extends Planted {
        @Override
        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            return addresses.stream().anyMatch(address::startsWith);
        }
    }

    static final class ContainsTheHost extends Planted {
        @Override
        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            return address.contains("app.example")
                    && addresses.contains(CALLBACK)
                    && address.endsWith("evil.test/callback");
        }
    }

    static final class SameHostIsEnough extends Planted {
        @Override
        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            try {
                return addresses.contains(CALLBACK)
                        && "app.example".equals(new URI(address).getHost())
                        && address.startsWith("https:")
                        && !address.contains("#");
            } catch (URISyntaxException e) {
                return false;
            }
        }
    }

    static final class ComparesDecoded extends Planted {
        @Override
        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            try {
                return addresses.contains(URLDecoder.decode(address, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    static final class HostsWithoutCase extends Planted {
        @Override
        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            return address.startsWith("https://APP") && addresses.contains(address.toLowerCase(Locale.ROOT));
        }
    }

    static final class LocalhostBegins extends Planted {
        @Override
        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            return !addresses.isEmpty()
                    && address.startsWith("http://localhost")
                    && addresses.get(0).startsWith("http:");
        }
    }

    static final class KeepsFragments extends Planted {
        @Override
        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            int hash = address.indexOf('#');
            return hash >= 0 && addresses.contains(address.substring(0, hash));
        }
    }

    static final class AnyPortForAll extends Planted {
        @Override
        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            return address.startsWith("http://127.0.0.1:")
                    && addresses.contains(address.replaceFirst(":[1-9][0-9]{4}/", "/"));
        }
    }

    static final class AnyLoopback extends Planted {
        @Override
        boolean isRegistered(String address, List<String> addresses, List<String> natives) {
            return !natives.isEmpty() && address.startsWith("http://localhost:");
        }
    }

    static final class RegistersAnything extends Planted {
        @Override
        protected Guard create(List<String> addresses, List<String> natives) {
            try {
                return super.create(addresses, natives);
            } catch (IllegalArgumentException e) {
                return super.create(List.of(), List.of());
            }
        }
    }

    static final class ThrowsWhatComes extends Planted {
        @Override
        boolean isPath(String next) {
            if (next.endsWith("%/")) {
                throw new IllegalArgumentException("incomplete escape");
            }
            return false;
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(StartsWithASlash.class, "RD-2", "RD-3", "RD-4", "RD-8", "RD-11"),
                () -> Kit.convicts(KnowsTwoSlashesAlone.class, "RD-2", "RD-11"),
                () -> Kit.convicts(RelativeToAnything.class, "RD-2", "RD-11"),
                () -> Kit.convicts(KeepsTabs.class, "RD-3"),
                () -> Kit.convicts(KeepsEncodedLineEnds.class, "RD-3"),
                () -> Kit.convicts(DotsWithParameters.class, "RD-4"),
                () -> Kit.convicts(EncodedDots.class, "RD-4", "RD-11"),
                () -> Kit.convicts(DecodesTwice.class, "RD-4"),
                () -> Kit.convicts(SchemesInOneCase.class, "RD-5"),
                () -> Kit.convicts(AnyScheme.class, "RD-5"),
                () -> Kit.convicts(AddressBegins.class, "RD-6", "RD-8", "RD-11"),
                () -> Kit.convicts(ContainsTheHost.class, "RD-6", "RD-7"),
                () -> Kit.convicts(SameHostIsEnough.class, "RD-6", "RD-11"),
                () -> Kit.convicts(ComparesDecoded.class, "RD-6"),
                () -> Kit.convicts(HostsWithoutCase.class, "RD-7"),
                () -> Kit.convicts(LocalhostBegins.class, "RD-7"),
                () -> Kit.convicts(KeepsFragments.class, "RD-8"),
                () -> Kit.convicts(AnyPortForAll.class, "RD-9"),
                () -> Kit.convicts(AnyLoopback.class, "RD-9"),
                () -> Kit.convicts(RegistersAnything.class, "RD-10"),
                () -> Kit.convicts(ThrowsWhatComes.class, "RD-11"));
    }
}
