package dev.backendmastery.observability.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.backendmastery.observability.telemetry.W3cTraceContext.Level;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The cases of W3C's public suite for trace context, asked over HTTP of a service that calls back: an endpoint that is sent {@code POST /test} with an address and a number, and calls
 * that address so many times. Requests are written as bytes, since no client sends white space and names as they are asked here.
 */
@ExtendWith(OpenScopes.class)
final class TraceContextEndpointTest {

    private static final String TRACE = "12345678901234567890123456789012";
    private static final String PARENT = "00-" + TRACE + "-1234567890123456-01";
    private static final String UNSAMPLED = "00-" + TRACE + "-1234567890123456-00";

    /** What a callback carried. */
    private record Call(List<String> parents, List<String> states) {

        String trace() {
            assertEquals(1, parents.size(), "one traceparent");
            assertTrue(parents.get(0).matches("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"));
            return parents.get(0).substring(3, 35);
        }

        String span() {
            return parents.get(0).substring(36, 52);
        }

        String flags() {
            return parents.get(0).substring(53);
        }

        Map<String, String> state() {
            Map<String, String> members = new LinkedHashMap<>();
            for (String header : states) {
                for (String member : header.split(",", -1)) {
                    int equals = member.indexOf('=');
                    members.put(member.substring(0, equals), member.substring(equals + 1));
                }
            }
            return members;
        }
    }

    /** A case, under the name that the suite gives it. */
    private record Case(String name, Consumer<Service> test) {}

    /** The service under test, the harness that it calls back, and what the harness saw. */
    private static final class Service implements AutoCloseable {

        private final Telemetry telemetry;
        private final HttpServer service;
        private final HttpServer harness;
        private final List<Call> calls = new CopyOnWriteArrayList<>();

        Service(Level level) throws IOException {
            telemetry = Telemetry.builder("trace-context")
                    .environment(Map.of("OTEL_TRACES_EXPORTER", "none", "OTEL_METRICS_EXPORTER", "none"))
                    .level(level)
                    .build();
            InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            harness = HttpServer.create(any, 0);
            harness.createContext("/", exchange -> {
                try (exchange) {
                    Headers headers = exchange.getRequestHeaders();
                    calls.add(new Call(
                            List.copyOf(headers.getOrDefault("traceparent", List.of())),
                            List.copyOf(headers.getOrDefault("tracestate", List.of()))));
                    exchange.sendResponseHeaders(200, -1);
                }
            });
            harness.start();
            HttpClient client = new TracedHttpClient(HttpClient.newHttpClient(), telemetry.api());
            service = HttpServer.create(any, 0);
            service.createContext("/test", exchange -> callBack(client, exchange))
                    .getFilters()
                    .add(new JdkServerSpans(
                            new HttpServerSpans(telemetry.api(), telemetry.meters()), exchange -> "/test"));
            service.start();
        }

        private void callBack(HttpClient client, HttpExchange exchange) throws IOException {
            try (exchange) {
                int times = Integer.parseInt(
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
                URI harnessed =
                        URI.create("http://127.0.0.1:" + harness.getAddress().getPort() + "/");
                for (int i = 0; i < times; i++) {
                    client.send(HttpRequest.newBuilder(harnessed).build(), HttpResponse.BodyHandlers.discarding());
                }
                exchange.sendResponseHeaders(200, -1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }

        List<Call> ask(int times, String... headers) {
            calls.clear();
            StringBuilder text = new StringBuilder(
                    "POST /test HTTP/1.1\r\nHost: service\r\nConnection: close\r\nContent-Length: 1\r\n");
            for (String header : headers) {
                text.append(header).append("\r\n");
            }
            text.append("\r\n").append(times);
            try (Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(), service.getAddress().getPort())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
                BufferedReader answer =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
                assertEquals("HTTP/1.1 200 OK", answer.readLine());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            assertEquals(times, calls.size());
            return List.copyOf(calls);
        }

        Call ask(String... headers) {
            return ask(1, headers).get(0);
        }

        void keeps(String parent) {
            assertEquals(TRACE, ask("traceparent: " + parent).trace(), parent);
        }

        void restarts(String... parents) {
            String[] headers = new String[parents.length];
            for (int i = 0; i < parents.length; i++) {
                headers[i] = "traceparent: " + parents[i];
            }
            assertNotEquals(TRACE, ask(headers).trace(), () -> List.of(parents).toString());
        }

        Map<String, String> state(String... states) {
            String[] headers = new String[states.length + 1];
            headers[0] = "traceparent: " + UNSAMPLED;
            for (int i = 0; i < states.length; i++) {
                headers[i + 1] = "tracestate: " + states[i];
            }
            Call call = ask(headers);
            assertEquals(TRACE, call.trace());
            return call.state();
        }

        void discards(String... states) {
            assertEquals(Map.of(), state(states), () -> List.of(states).toString());
        }

        @Override
        public void close() {
            service.stop(0);
            harness.stop(0);
            telemetry.close();
        }
    }

    private static List<Case> cases(Level level) {
        List<Case> cases = new ArrayList<>();
        cases.add(new Case("both_traceparent_and_tracestate_missing", service -> service.ask()
                .trace()));
        cases.add(new Case("traceparent_included_tracestate_missing", service -> {
            Call call = service.ask("traceparent: " + PARENT);
            assertEquals(TRACE, call.trace());
            assertNotEquals("1234567890123456", call.span());
        }));
        cases.add(new Case("traceparent_duplicated", service -> {
            String other = PARENT.replace("9012-", "9011-");
            service.restarts(other, PARENT);
            service.restarts(PARENT, PARENT);
            assertNotEquals(
                    other.substring(3, 35),
                    service.ask("traceparent: " + other, "traceparent: " + PARENT)
                            .trace());
        }));
        cases.add(new Case("traceparent_header_name", service -> {
            assertNotEquals(TRACE, service.ask("trace-parent: " + PARENT).trace());
            assertNotEquals(TRACE, service.ask("trace.parent: " + PARENT).trace());
        }));
        cases.add(new Case("traceparent_header_name_valid_casing", service -> {
            for (String name : List.of("TraceParent", "TrAcEpArEnT", "TRACEPARENT")) {
                assertEquals(TRACE, service.ask(name + ": " + PARENT).trace());
            }
        }));
        cases.add(new Case("traceparent_version_0x00", service -> {
            service.restarts(PARENT + ".");
            service.restarts(PARENT + "-what-the-future-will-be-like");
        }));
        cases.add(new Case("traceparent_version_0xcc", service -> {
            String future = "cc" + PARENT.substring(2);
            service.keeps(future);
            service.keeps(future + "-what-the-future-will-be-like");
            service.restarts(future + ".what-the-future-will-be-like");
        }));
        cases.add(new Case("traceparent_version_0xff", service -> service.restarts("ff" + PARENT.substring(2))));
        restarting(cases, "version_illegal_characters", ".0" + PARENT.substring(2), "0." + PARENT.substring(2));
        restarting(cases, "version_too_long", "0" + PARENT, "00" + PARENT);
        restarting(cases, "version_too_short", PARENT.substring(1));
        restarting(cases, "trace_id_all_zero", PARENT.replace(TRACE, "0".repeat(32)));
        restarting(
                cases,
                "trace_id_illegal_characters",
                PARENT.replace(TRACE, "." + TRACE.substring(1)),
                PARENT.replace(TRACE, TRACE.substring(0, 31) + "."));
        restarting(cases, "trace_id_too_long", PARENT.replace(TRACE, TRACE + "3"), PARENT.replace(TRACE, "3" + TRACE));
        restarting(cases, "trace_id_too_short", PARENT.replace(TRACE, TRACE.substring(1)));
        restarting(cases, "parent_id_all_zero", PARENT.replace("-1234567890123456-", "-0000000000000000-"));
        restarting(
                cases,
                "parent_id_illegal_characters",
                PARENT.replace("-1234567890123456-", "-.234567890123456-"),
                PARENT.replace("-1234567890123456-", "-123456789012345.-"));
        restarting(cases, "parent_id_too_long", PARENT.replace("3456-", "34567-"));
        restarting(cases, "parent_id_too_short", PARENT.replace("3456-01", "345-01"));
        restarting(cases, "trace_flags_illegal_characters", PARENT.replace("-01", "-.0"), PARENT.replace("-01", "-0."));
        restarting(cases, "trace_flags_too_long", PARENT.replace("-01", "-001"));
        restarting(cases, "trace_flags_too_short", PARENT.replace("-01", "-1"));
        cases.add(new Case("traceparent_ows_handling", service -> {
            for (String parent :
                    List.of(" " + PARENT, "\t" + PARENT, PARENT + " ", PARENT + "\t", "\t " + PARENT + " \t")) {
                service.keeps(parent);
            }
        }));
        cases.add(new Case("tracestate_included_traceparent_missing", service -> {
            assertEquals(Map.of(), service.ask("tracestate: foo=1").state());
            assertEquals(Map.of(), service.ask("tracestate: foo=1,bar=2").state());
        }));
        cases.add(new Case(
                "tracestate_included_traceparent_included",
                service -> assertEquals(Map.of("foo", "1", "bar", "2"), service.state("foo=1,bar=2"))));
        cases.add(new Case("tracestate_header_name", service -> {
            for (String name : List.of("trace-state", "trace.state")) {
                assertEquals(
                        Map.of(),
                        service.ask("traceparent: " + UNSAMPLED, name + ": foo=1")
                                .state());
            }
        }));
        cases.add(new Case("tracestate_header_name_valid_casing", service -> {
            for (String name : List.of("TraceState", "TrAcEsTaTe", "TRACESTATE")) {
                assertEquals(
                        Map.of("foo", "1"),
                        service.ask("traceparent: " + UNSAMPLED, name + ": foo=1")
                                .state());
            }
        }));
        cases.add(new Case("tracestate_empty_header", service -> {
            service.discards("");
            assertEquals(Map.of("foo", "1"), service.state("foo=1", ""));
            assertEquals(Map.of("foo", "1"), service.state("", "foo=1"));
        }));
        cases.add(new Case(
                "tracestate_multiple_headers_different_keys",
                service -> assertEquals(
                        List.of("foo=1", "bar=2", "rojo=1", "congo=2", "baz=3"),
                        service.state("foo=1,bar=2", "rojo=1,congo=2", "baz=3").entrySet().stream()
                                .map(Object::toString)
                                .toList())));
        cases.add(new Case("tracestate_duplicated_keys", service -> {
            service.discards("foo=1,foo=1");
            service.discards("foo=1,foo=2");
            service.discards("foo=1", "foo=1");
            service.discards("foo=1", "foo=2");
        }));
        cases.add(new Case("tracestate_all_allowed_characters", service -> {
            String key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
            StringBuilder value = new StringBuilder();
            IntStream.rangeClosed(' ', '~').filter(c -> c != ',' && c != '=').forEach(c -> value.append((char) c));
            assertEquals(Map.of(key, value.toString()), service.state(key + "=" + value));
            assertEquals(Map.of(key + "@a-z0-9_-*/", value.toString()), service.state(key + "@a-z0-9_-*/=" + value));
        }));
        cases.add(new Case("tracestate_ows_handling", service -> {
            Map<String, String> three = Map.of("foo", "1", "bar", "2", "baz", "3");
            assertEquals(three, service.state("foo=1 \t , \t bar=2, \t baz=3"));
            assertEquals(three, service.state("foo=1\t \t,\t \tbar=2,\t \tbaz=3"));
            for (String state : List.of(" foo=1", "\tfoo=1", "foo=1 ", "foo=1\t", "\t foo=1 \t")) {
                assertEquals(Map.of("foo", "1"), service.state(state));
            }
        }));
        cases.add(new Case("tracestate_key_illegal_characters", service -> {
            service.discards("foo =1");
            service.discards("FOO=1");
            service.discards("foo.bar=1");
        }));
        cases.add(new Case("tracestate_key_illegal_vendor_format", service -> {
            service.discards("@foo=1,bar=2");
            for (String key : List.of("foo@", "foo@@bar", "foo@bar@baz")) {
                assertEquals(
                        level == Level.ONE ? Map.of() : Map.of(key, "1", "bar", "2"), service.state(key + "=1,bar=2"));
            }
        }));
        cases.add(new Case("tracestate_member_count_limit", service -> {
            String[] states = new String[4];
            for (int i = 0; i < 32; i++) {
                states[i / 10] =
                        (i % 10 == 0 ? "" : states[i / 10] + ",") + String.format("bar%02d=%02d", i + 1, i + 1);
            }
            assertEquals(32, service.state(states).size());
            states[3] += ",bar33=33";
            service.discards(states);
        }));
        cases.add(new Case("tracestate_key_length_limit", service -> {
            assertEquals("1", service.state("foo=1", "z".repeat(256) + "=1").get("foo"));
            service.discards("foo=1", "z".repeat(257) + "=1");
            assertEquals(
                    "1",
                    service.state("foo=1", "t".repeat(241) + "@" + "v".repeat(14) + "=1")
                            .get("foo"));
            for (String key : List.of("t".repeat(242) + "@v", "t@" + "v".repeat(15))) {
                assertEquals(
                        level == Level.TWO, service.state("foo=1", key + "=1").containsKey("foo"));
            }
        }));
        cases.add(new Case("tracestate_value_illegal_characters", service -> {
            service.discards("foo=bar=baz");
            service.discards("foo=,bar=3");
        }));
        cases.add(new Case("multiple_requests_with_valid_traceparent", service -> {
            Set<String> traces = new HashSet<>();
            Set<String> spans = new HashSet<>();
            for (Call call : service.ask(3, "traceparent: " + PARENT)) {
                traces.add(call.trace());
                spans.add(call.span());
            }
            assertEquals(Set.of(TRACE), traces);
            assertEquals(3, spans.size());
        }));
        cases.add(new Case("multiple_requests_without_traceparent", service -> {
            Set<String> spans = new HashSet<>();
            service.ask(3).forEach(call -> spans.add(call.trace() + call.span()));
            assertEquals(3, spans.size());
        }));
        cases.add(new Case("multiple_requests_with_illegal_traceparent", service -> {
            Set<String> spans = new HashSet<>();
            service.ask(3, "traceparent: " + PARENT.replace(TRACE, "0".repeat(32)))
                    .forEach(call -> spans.add(call.trace() + call.span()));
            assertEquals(3, spans.size());
        }));
        cases.add(new Case("level_two_flag_of_random_ids", service -> {
            assertEquals(
                    "03",
                    service.ask("traceparent: " + PARENT.replace("-01", "-03")).flags());
            assertEquals(
                    "01",
                    service.ask("traceparent: " + PARENT.replace("-01", "-05")).flags());
        }));
        return cases;
    }

    private static void restarting(List<Case> cases, String name, String... parents) {
        cases.add(new Case("traceparent_" + name, service -> {
            for (String parent : parents) {
                service.restarts(parent);
            }
        }));
    }

    private final Map<Level, Service> services = new EnumMap<>(Level.class);

    @BeforeEach
    void start() throws IOException {
        for (Level level : Level.values()) {
            services.put(level, new Service(level));
        }
    }

    @AfterEach
    void stop() {
        services.values().forEach(Service::close);
    }

    @TestFactory
    List<DynamicTest> cases() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Level level : Level.values()) {
            List<Case> cases = cases(level);
            assertEquals(41, cases.size());
            assertFalse(cases.stream().map(Case::name).distinct().count() < 41);
            for (Case each : cases) {
                tests.add(dynamicTest(
                        "level " + level.name().toLowerCase(Locale.ROOT) + ": " + each.name,
                        () -> each.test.accept(Objects.requireNonNull(services.get(level)))));
            }
        }
        return tests;
    }
}
