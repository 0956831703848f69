package dev.backendmastery.shortener.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.security.web.PublicAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetsTest {

    private static final Map<String, List<String>> NAMES = Map.of(
            "example.com", List.of("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"),
            "inside.example.com", List.of("10.0.0.7"),
            "half.example.com", List.of("93.184.216.34", "127.0.0.1"));

    private final Targets targets = new Targets(
            TargetsTest::resolve, PublicAddresses::contains, Set.of("short.example"), Set.of("127.0.0.1:9999"));

    private static InetAddress[] resolve(String host) throws UnknownHostException {
        if (host.matches("[0-9.]+") || host.contains(":")) {
            return InetAddress.getAllByName(host);
        }
        List<String> addresses = NAMES.get(host);
        if (addresses == null) {
            throw new UnknownHostException(host);
        }
        InetAddress[] resolved = new InetAddress[addresses.size()];
        for (int i = 0; i < resolved.length; i++) {
            resolved[i] = InetAddress.getByName(addresses.get(i));
        }
        return resolved;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com",
                "http://example.com/path?q=1#fragment",
                "HTTPS://EXAMPLE.com:8443/",
                "https://93.184.216.34/",
                "https://[2606:2800:220:1:248:1893:25c8:1946]/",
                "http://127.0.0.1:9999/exempt"
            })
    void allows(String target) {
        assertEquals(target, targets.check(target));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.com",
                "//example.com",
                "ftp://example.com",
                "javascript:alert(1)",
                "data:text/html,hello",
                "file:///etc/passwd",
                "https://",
                "https:///path",
                "https://user:secret@example.com",
                "https://exa mple.com",
                "https://short.example/abc",
                "https://SHORT.example./abc",
                "https://localhost/",
                "https://nowhere.invalid/",
                "https://inside.example.com/",
                "https://half.example.com/",
                "http://127.0.0.1/",
                "http://127.0.0.1:9998/",
                "http://127.1/",
                "http://2130706433/",
                "http://0177.0.0.1/",
                "http://0x7f000001/",
                "http://0.0.0.0/",
                "http://10.1.2.3/",
                "http://172.16.0.1/",
                "http://172.31.255.255/",
                "http://192.168.1.1/",
                "http://169.254.169.254/latest/meta-data",
                "http://100.64.0.1/",
                "http://192.0.0.1/",
                "http://192.0.2.1/",
                "http://198.18.0.1/",
                "http://198.51.100.1/",
                "http://203.0.113.1/",
                "http://224.0.0.1/",
                "http://255.255.255.255/",
                "http://[::1]/",
                "http://[::]/",
                "http://[fe80::1]/",
                "http://[fc00::1]/",
                "http://[fd12::1]/",
                "http://[ff02::1]/",
                "http://[2001:db8::1]/",
                "http://[::ffff:127.0.0.1]/",
                "http://[2002:7f00:1::]/",
                "http://[64:ff9b::7f00:1]/"
            })
    void refuses(String target) {
        LinkException refused = assertThrows(LinkException.class, () -> targets.check(target));
        assertEquals(LinkException.Reason.INVALID, refused.reason());
    }

    @Test
    void looksAtWhatANameResolvesTo() {
        refusesNamesThatLeadInside(targets);
        Targets looksAtTheTextOnly = new Targets(
                host -> resolve("example.com"), PublicAddresses::contains, Set.of("short.example"), Set.of());
        assertThrows(AssertionError.class, () -> refusesNamesThatLeadInside(looksAtTheTextOnly));
    }

    private static void refusesNamesThatLeadInside(Targets policy) {
        assertThrows(LinkException.class, () -> policy.check("https://inside.example.com/"));
        assertThrows(LinkException.class, () -> policy.check("https://half.example.com/"));
    }

    @Test
    void refusesWhatIsTooLong() {
        assertThrows(LinkException.class, () -> targets.check("https://example.com/" + "a".repeat(2_048)));
    }
}
