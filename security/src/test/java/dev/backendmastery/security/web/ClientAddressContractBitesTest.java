package dev.backendmastery.security.web;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.security.web.ClientAddress.Header;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each class below leaves out one rule, and the kit convicts it by the clauses named here. */
final class ClientAddressContractBitesTest {

    /** Right but for what a subclass makes of the headers. */
    abstract static class Planted extends ClientAddressContract {
        @Override
        protected int texts() {
            return 3_000;
        }

        @Override
        protected Source create(Header header, List<String> networks) {
            Source right = ClientAddressTest.ours(header, networks);
            return (peer, forwardedFor, forwarded) -> {
                boolean old = header == Header.X_FORWARDED_FOR;
                InetAddress wrong =
                        answers(peer, networks, old ? forwardedFor : forwarded, old, old ? forwarded : forwardedFor);
                return wrong != null
                        ? wrong
                        : right.of(
                                peer,
                                old ? sees(forwardedFor, networks) : forwardedFor,
                                old ? forwarded : sees(forwarded, networks));
            };
        }

        List<String> sees(List<String> lines, List<String> networks) {
            return lines;
        }

        @Nullable
        InetAddress answers(
                InetAddress peer, List<String> networks, List<String> lines, boolean old, List<String> other) {
            return null;
        }
    }

    /** The address if it is one of IPv4 as it should be written, else null. */
    private static @Nullable InetAddress ipv4(String text) {
        byte[] bytes = Hosts.ipv4(text.strip());
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    static final class NoFault extends Planted {}

    static final class BelievesAnybody extends Planted {
        @Override
        @Nullable
        InetAddress answers(
                InetAddress peer, List<String> networks, List<String> lines, boolean old, List<String> other) {
            boolean proxy = PublicAddresses.contains(peer) || networks.isEmpty();
            return proxy && old && lines.size() == 1 ? ipv4(lines.get(0)) : null;
        }
    }

    static final class BelievesWithoutTrust extends Planted {
        @Override
        @Nullable
        InetAddress answers(
                InetAddress peer, List<String> networks, List<String> lines, boolean old, List<String> other) {
            return networks.isEmpty() ? ipv4(lines.get(0)) : null;
        }
    }

    static final class LeftMost extends Planted {
        @Override
        @Nullable
        InetAddress answers(
                InetAddress peer, List<String> networks, List<String> lines, boolean old, List<String> other) {
            boolean list = old
                    && peer.isSiteLocalAddress()
                    && lines.size() == 1
                    && lines.get(0).startsWith("6.6.6.6, ");
            return list && ipv4(lines.get(0).substring(lines.get(0).lastIndexOf(',') + 1)) != null
                    ? ipv4("6.6.6.6")
                    : null;
        }
    }

    static final class FirstLineAlone extends Planted {
        @Override
        List<String> sees(List<String> lines, List<String> networks) {
            return lines.size() > 1 ? lines.subList(0, 1) : lines;
        }
    }

    static final class ReadsBothHeaders extends Planted {
        @Override
        @Nullable
        InetAddress answers(
                InetAddress peer, List<String> networks, List<String> lines, boolean old, List<String> other) {
            return !old && lines.size() == 1 && lines.get(0).startsWith("for=\"[2001:db8::1]\"")
                    ? ipv4(other.get(0))
                    : null;
        }
    }

    static final class SplitsInsideOfMarks extends Planted {
        @Override
        List<String> sees(List<String> lines, List<String> networks) {
            List<String> seen = new ArrayList<>();
            for (String line : lines) {
                seen.add(line.contains("a,b") ? line.replace("\"", "") : line);
            }
            return seen;
        }
    }

    static final class SkipsWhatItCannotRead extends Planted {
        @Override
        List<String> sees(List<String> lines, List<String> networks) {
            return lines.stream().map(line -> line.replace(", unknown", "")).toList();
        }
    }

    static final class MappedIsAnother extends Planted {
        @Override
        List<String> sees(List<String> lines, List<String> networks) {
            return lines.stream()
                    .map(line -> line.replace("::ffff:10.", "::fffe:10."))
                    .toList();
        }
    }

    static final class ThrowsWhatComes extends Planted {
        @Override
        List<String> sees(List<String> lines, List<String> networks) {
            for (String line : lines) {
                if (line.startsWith("[") && line.indexOf(']') < 0) {
                    throw new StringIndexOutOfBoundsException(line);
                }
            }
            return lines;
        }
    }

    @Test
    void acquitsTheRight() {
        Kit.convicts(NoFault.class);
    }

    @Test
    void convictsEachFault() throws Exception {
        Kit.inParallel(
                () -> Kit.convicts(BelievesWithoutTrust.class, "CA-1"),
                () -> Kit.convicts(BelievesAnybody.class, "CA-1", "CA-3"),
                () -> Kit.convicts(LeftMost.class, "CA-2", "CA-6", "CA-8"),
                () -> Kit.convicts(FirstLineAlone.class, "CA-4", "CA-8"),
                () -> Kit.convicts(ReadsBothHeaders.class, "CA-5"),
                () -> Kit.convicts(SplitsInsideOfMarks.class, "CA-5"),
                () -> Kit.convicts(SkipsWhatItCannotRead.class, "CA-6"),
                () -> Kit.convicts(MappedIsAnother.class, "CA-7"),
                () -> Kit.convicts(ThrowsWhatComes.class, "CA-8"));
    }
}
