package dev.backendmastery.security.web;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Which addresses are of the public network: none that IANA keeps for a special purpose.
 *
 * <p><b>Guarantee.</b> Every range of the registries is refused, also those that can be reached from everywhere, since no page is served there (SF-2); so are addresses of
 * IPv6 that carry one of IPv4, whichever it is (SF-3). <b>Threads.</b> No state. <b>Cost.</b> A few comparisons.
 *
 * <p><b>Source.</b> RFC 6890; IANA, <i>IPv4</i> and <i>IPv6 Special-Purpose Address Registry</i>; RFC 5771 and RFC 4291 for multicast.
 */
public final class PublicAddresses {

    private static final List<Network> SPECIAL_4 = networks(
            "0.0.0.0/8", // this network
            "10.0.0.0/8", // private
            "100.64.0.0/10", // carriers' translation
            "127.0.0.0/8", // loopback
            "169.254.0.0/16", // link-local, and the clouds' metadata
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocols
            "192.0.2.0/24", // documentation
            "192.31.196.0/24", // AS112
            "192.52.193.0/24", // multicast tunnels
            "192.88.99.0/24", // 6to4 relays
            "192.168.0.0/16", // private
            "192.175.48.0/24", // AS112
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4"); // reserved, broadcast

    /** All that is not global unicast, 2000::/3, is refused anyway: loopback, mapped, 64:ff9b::/96, discard, fc00::/7, fe80::/10, multicast. */
    private static final Network GLOBAL_6 = Network.of("2000::/3");

    private static final List<Network> SPECIAL_6 = networks(
            "2001::/23", // protocols: Teredo, benchmarks, ORCHID
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4
            "2620:4f:8000::/48", // AS112
            "3fff::/20"); // documentation

    private PublicAddresses() {}

    private static List<Network> networks(String... texts) {
        List<Network> networks = new ArrayList<>();
        for (String text : texts) {
            networks.add(Network.of(text));
        }
        return List.copyOf(networks);
    }

    /** Whether it is a unicast address of the public network. */
    public static boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        List<Network> special = bytes.length == 4 ? SPECIAL_4 : SPECIAL_6;
        for (Network network : special) {
            if (network.contains(bytes)) {
                return false;
            }
        }
        return bytes.length == 4 || GLOBAL_6.contains(bytes);
    }
}
