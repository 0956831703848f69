package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.web.SsrfGuard.Resolver;
import dev.backendmastery.security.web.SsrfGuard.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SsrfGuardTest extends SsrfContract {

    static Fetcher ours(SsrfGuard guard) {
        return (address, redirects) -> {
            Target target = guard.check(address);
            for (String location : redirects) {
                target = guard.redirect(target, location);
            }
            return target.addresses();
        };
    }

    @Override
    protected Fetcher create(Resolver resolver) {
        return ours(SsrfGuard.publicWeb(resolver));
    }

    @Test
    @DisplayName("A target says what to ask for, and whom")
    void target() {
        SsrfGuard guard =
                SsrfGuard.publicWeb(host -> new InetAddress[] {InetAddress.getByAddress(bytes("93.184.216.34"))});
        Target target = guard.check("HTTPS://Public.example#x");
        assertEquals(URI.create("https://public.example/"), target.uri());
        assertEquals("public.example", target.host());
        assertEquals(443, target.port());
        assertEquals(1, guard.redirect(target, "/b").hops());
        assertEquals("public.example", target.addresses().get(0).getHostName(), "and asks nobody for it");
    }

    @Test
    @DisplayName("Who connects by the target reaches the checked address, whatever the name is by now")
    void connect() throws IOException {
        Target target;
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = server.getLocalPort();
            SsrfGuard guard = SsrfGuard.publicWeb(
                            host -> new InetAddress[] {InetAddress.getByAddress(bytes("127.0.0.1"))})
                    .ports(Set.of(port))
                    .addresses(InetAddress::isLoopbackAddress);
            target = guard.check("http://name.example:" + port);
            try (Socket socket = target.connect(Duration.ofSeconds(5))) {
                assertTrue(socket.getInetAddress().isLoopbackAddress());
                assertEquals(port, socket.getPort());
            }
        }
        assertThrows(IOException.class, () -> target.connect(Duration.ofSeconds(5)));
    }

    /** A certificate of its own for a host, and who trusts it. */
    private static SSLContext certificate(Path folder, String host) throws Exception {
        Path store = folder.resolve(host);
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=" + host,
                        "-ext",
                        "san=dns:" + host,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "password",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(host + ".log").toFile())
                .start();
        assertTrue(keytool.waitFor(30, TimeUnit.SECONDS), "keytool");
        KeyStore keys = KeyStore.getInstance(store.toFile(), "password".toCharArray());
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "password".toCharArray());
        KeyStore others = KeyStore.getInstance("PKCS12");
        others.load(null, null);
        others.setCertificateEntry("a", keys.getCertificate("a"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(others);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** What is tried on a target. */
    @FunctionalInterface
    private interface Client {
        void accept(Target target) throws Exception;
    }

    private static void serveOne(SSLContext context, Client client) throws Exception {
        try (SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getByAddress(bytes("127.0.0.1")))) {
            server.setSoTimeout(10_000);
            Thread thread = new Thread(
                    () -> {
                        try (SSLSocket socket = (SSLSocket) server.accept()) {
                            socket.setSoTimeout(10_000);
                            socket.startHandshake();
                        } catch (IOException e) {
                            // who came did not like the certificate: that is for the client to say
                        }
                    },
                    "server");
            thread.start();
            SsrfGuard guard = SsrfGuard.publicWeb(
                            host -> new InetAddress[] {InetAddress.getByAddress(bytes("127.0.0.1"))})
                    .ports(Set.of(server.getLocalPort()))
                    .addresses(InetAddress::isLoopbackAddress);
            client.accept(guard.check("https://name.example:" + server.getLocalPort()));
            thread.join(10_000);
        }
    }

    @Test
    @DisplayName("By https it connects to a checked address, and believes the host's certificate alone")
    void secured(@TempDir Path folder) throws Exception {
        SSLContext right = certificate(folder, "name.example");
        SSLContext wrong = certificate(folder, "other.example");
        Duration timeout = Duration.ofSeconds(10);
        serveOne(right, target -> {
            try (Socket socket = target.connect(timeout, right.getSocketFactory())) {
                assertTrue(((SSLSocket) socket).getSession().isValid());
            }
        });
        serveOne(
                wrong,
                target -> assertThrows(
                        IOException.class, () -> target.connect(timeout, wrong.getSocketFactory()), "of another host"));
        serveOne(right, target -> assertThrows(IOException.class, () -> target.connect(timeout), "of nobody known"));
    }

    @Test
    @DisplayName("Settings out of range are refused by name, and https can be all")
    void settings() {
        SsrfGuard guard = SsrfGuard.publicWeb(InetAddress::getAllByName);
        assertThrows(IllegalArgumentException.class, () -> guard.ports(Set.of(0)));
        assertThrows(IllegalArgumentException.class, () -> guard.ports(Set.of(65_536)));
        assertThrows(IllegalArgumentException.class, () -> guard.maxHops(-1));
        assertThrows(IllegalArgumentException.class, () -> guard.maxHops(21));
        assertThrows(WebRefusedException.class, () -> guard.httpsOnly().check("http://93.184.216.34/"));
        Target target = guard.maxHops(0).check("https://93.184.216.34/");
        assertThrows(WebRefusedException.class, () -> guard.maxHops(0).redirect(target, "/"));
    }

    @Test
    @DisplayName("Addresses have one text, and texts that have another are read as what they are")
    void addresses() {
        for (String text : List.of(
                "::",
                "::1",
                "1::",
                "2001:db8::1",
                "1:0:0:2::3",
                "1:2:3:4:5:6:7:8",
                "1:0:2:3:4:5:6:7",
                "::ffff:7f00:1",
                "1:2:3:4:5:6::")) {
            assertEquals(text, Hosts.text(bytes(text)));
        }
        assertEquals("2001:db8::1", Hosts.text(bytes("2001:0DB8:0:0::0001")));
        assertEquals("64:ff9b::7f00:1", Hosts.text(bytes("64:ff9b::127.0.0.1")));
        assertEquals("1:2:3:4:5:6:7:0", Hosts.text(bytes("1:2:3:4:5:6:7::")));
        for (String text : List.of(
                "",
                ":",
                ":::",
                "1",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "12345::",
                "::g",
                "1:2:3:4:5:6:7:8::",
                "::1.2.3",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "1:2:3:4:5:6:7:1.2.3.4",
                ":1::",
                "1:")) {
            assertEquals(null, Hosts.ipv6(text), text);
        }
        assertFalse(PublicAddresses.contains(InetAddress.getLoopbackAddress()));
    }
}
