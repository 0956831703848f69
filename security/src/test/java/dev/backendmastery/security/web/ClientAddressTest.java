package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.security.web.ClientAddress.Header;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class ClientAddressTest extends ClientAddressContract {

    static Source ours(Header header, List<String> networks) {
        ClientAddress addresses = networks.isEmpty()
                ? ClientAddress.direct()
                : ClientAddress.behind(header, networks.toArray(String[]::new));
        return (peer, forwardedFor, forwarded) ->
                addresses.of(peer, addresses.header() == Header.FORWARDED ? forwarded : forwardedFor);
    }

    @Override
    protected Source create(Header header, List<String> networks) {
        return ours(header, networks);
    }

    @Test
    @DisplayName("What is no network is refused by name")
    void settings() {
        for (String network : List.of(
                "",
                "x",
                "10.0.0.0/33",
                "10.0.0.1/8",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10/8",
                "fd00::/129",
                "fd00::1/8",
                "/8",
                "10.0.0.0/08")) {
            assertThrows(
                    IllegalArgumentException.class, () -> ClientAddress.behind(Header.FORWARDED, network), network);
        }
        ClientAddress.behind(Header.FORWARDED, "0.0.0.0/0", "::/0", "10.1.2.3", "::1", "10.0.0.0/15");
    }

    @Test
    @DisplayName("For limits a caller is an address of IPv4, or 64 bits of IPv6")
    void network() throws UnknownHostException {
        assertEquals("10.1.2.3", ClientAddress.network(InetAddress.getByAddress(new byte[] {10, 1, 2, 3})));
        assertEquals(
                "2001:db8:1:2::/64",
                ClientAddress.network(InetAddress.getByAddress(SsrfContract.bytes("2001:db8:1:2:3:4:5:6"))));
        assertEquals(
                "2001:db8:1:2:3:4:5:6",
                ClientAddress.text(InetAddress.getByAddress(SsrfContract.bytes("2001:db8:1:2:3:4:5:6"))));
    }
}
