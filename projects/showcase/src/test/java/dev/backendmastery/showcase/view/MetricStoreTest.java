package dev.backendmastery.showcase.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.showcase.view.MetricStore.Heat;
import dev.backendmastery.showcase.view.MetricStore.Level;
import dev.backendmastery.showcase.view.MetricStore.Red;
import dev.backendmastery.showcase.view.MetricStore.Time;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class MetricStoreTest {

    private static final long NANOS = 1_000_000_000L;
    private static final long BORN = 1_800_000_000L;

    private Instant now = Instant.ofEpochSecond(BORN);
    private final MetricStore metrics = new MetricStore(() -> now, 10);

    private static MetricStore.Key key(String node, String name, String... attributes) {
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < attributes.length; i += 2) {
            map.put(attributes[i], attributes[i + 1]);
        }
        return new MetricStore.Key(node, name, new TreeMap<>(map));
    }

    private static Time at(long second) {
        return since(1, second);
    }

    private static Time since(long start, long second) {
        return new Time((BORN + start) * NANOS, (BORN + second) * NANOS, true);
    }

    private void requests(String node, String status, Time time, double... seconds) {
        List<Distribution> each = Arrays.stream(seconds)
                .mapToObj(value -> Distribution.exponential(3, Distribution.index(value), List.of(1L), 0))
                .toList();
        metrics.histogram(
                key(
                        node,
                        MetricStore.REQUESTS,
                        "http.request.method",
                        "GET",
                        "http.route",
                        "/{code}",
                        "http.response.status_code",
                        status),
                "s",
                time,
                Distribution.merge(each));
    }

    private Level only() {
        List<Level> all = metrics.numbers();
        assertEquals(1, all.size(), all.toString());
        return all.get(0);
    }

    private void itIs(long second) {
        now = Instant.ofEpochSecond(BORN + second + 2);
    }

    @Test
    void aTotalIsShownAsWhatCameAndARestartIsNoNegativeRate() {
        MetricStore.Key sent = key("one", "sent");
        metrics.counter(sent, "{message}", at(11), 100);
        metrics.counter(sent, "{message}", at(12), 130);
        metrics.counter(sent, "{message}", since(13, 14), 7); // another start: the node is a new one
        metrics.counter(sent, "{message}", since(13, 15), 9);
        metrics.counter(sent, "{message}", since(13, 16), 4); // less than before: it began anew and did not say so
        itIs(16);
        List<Double> came = only().spark().subList(54, 60);
        assertEquals(List.of(100.0, 30.0, Double.NaN, 7.0, 2.0, 4.0), came);
        assertEquals(143 / 10.0, only().value());
    }

    @Test
    void whatWasCountedBeforeAnybodyListenedIsNotWhatCameNow() {
        metrics.counter(key("one", "sent"), "", since(-500, 5), 1_000_000);
        metrics.counter(key("one", "sent"), "", since(-500, 6), 1_000_001);
        itIs(6);
        assertEquals(List.of(0.0, 1.0), only().spark().subList(58, 60));
    }

    @Test
    void deltasAreWhatCame() {
        metrics.counter(key("one", "sent"), "", new Time(0, (BORN + 5) * NANOS, false), 5);
        metrics.counter(key("one", "sent"), "", new Time(0, (BORN + 6) * NANOS, false), 3);
        itIs(6);
        assertEquals(List.of(5.0, 3.0), only().spark().subList(58, 60));
    }

    @Test
    void aLevelIsTheLastOneUntilItIsOld() {
        metrics.gauge(key("one", "depth"), "", at(5), 4);
        metrics.gauge(key("one", "depth"), "", at(6), 2);
        itIs(8);
        assertEquals(2, only().value());
        itIs(20);
        assertTrue(Double.isNaN(only().value()));
    }

    @Test
    void whatIsOvertakenIsIgnored() {
        metrics.counter(key("one", "sent"), "", at(6), 10);
        metrics.counter(key("one", "sent"), "", at(5), 8);
        metrics.counter(key("one", "sent"), "", at(7), 12);
        itIs(7);
        assertEquals(List.of(10.0, 2.0), only().spark().subList(58, 60));
    }

    @Test
    void numbersNearTheEdgeOfASecondHaveASecondEach() {
        long edge = (BORN + 10) * NANOS;
        for (int i = 0; i < 6; i++) {
            long jitter = i % 2 == 0 ? 4_000_000 : -4_000_000;
            metrics.counter(key("one", "sent"), "", new Time(BORN * NANOS, edge + i * NANOS + jitter, true), 10 * i);
        }
        itIs(15);
        assertEquals(
                List.of(10.0, 10.0, 10.0, 10.0),
                only().spark().stream()
                        .filter(value -> !value.isNaN() && value > 0)
                        .limit(4)
                        .toList());
    }

    @Test
    void requestsAreMergedOverNodesByRoute() {
        requests("one", "302", at(10), 0.001, 0.001, 0.001);
        requests("two", "302", at(10), 0.001);
        requests("two", "500", at(10), 8);
        requests("one", "302", at(11), 0.001, 0.001, 0.001, 0.1);
        itIs(11);
        List<Red> all = metrics.red(4, 1);
        assertEquals(1, all.size());
        Red red = all.get(0);
        assertEquals("GET", red.method());
        assertEquals("/{code}", red.route());
        assertEquals(List.of(0.0, 0.0, 5.0, 1.0), red.rate());
        assertEquals(List.of(0.0, 0.0, 1.0, 0.0), red.errors());
        assertEquals(0.001, red.p50().get(2), 0.001 * 0.05);
        assertEquals(8, red.p99().get(2), 8 * 0.05);
        assertEquals(0.1, red.p50().get(3), 0.1 * 0.05);
        assertTrue(Double.isNaN(red.p50().get(0)));
        assertEquals(0.6, red.rateNow());
    }

    @Test
    void theHeatMapHasACellForEachSecondAndLatency() {
        requests("one", "302", at(10), 0.001, 0.001, 0.5);
        requests("two", "302", at(11), 0.001);
        itIs(11);
        Heat heat = metrics.heat(3, "GET /{code}");
        assertEquals(BORN + 11, heat.endSecond());
        assertEquals(
                List.of("1 0 2", "1 17 1", "2 0 1"),
                heat.cells().stream()
                        .map(cell -> cell[0] + " " + cell[1] + " " + cell[2])
                        .toList());
        assertEquals(18, heat.rows());
        assertTrue(Math.pow(2, heat.lowest() / 2.0) <= 0.001 && 0.001 <= Math.pow(2, (heat.lowest() + 1) / 2.0));
        assertEquals(List.of(), metrics.heat(3, "GET /other").cells());
    }

    @Test
    void histogramsOfAnyScaleAndOfBoundsFallInTheSameBuckets() {
        for (double value : new double[] {1e-4, 0.003, 0.7, 1, 2, 1_000}) {
            for (int scale : new int[] {20, 10, 3}) {
                int index = (int) Math.ceil(Math.log(value) / Math.log(2) * Math.pow(2, scale)) - 1;
                double found =
                        Distribution.exponential(scale, index, List.of(3L), 0).quantile(0.5);
                assertEquals(value, found, value * 0.09, "scale " + scale);
            }
        }
        assertEquals(
                2.0, Distribution.exponential(0, 0, List.of(1L), 0).quantile(1), 0.7); // above 1 up to 2, its middle
        assertEquals(
                7,
                Distribution.explicit(List.of(5.0, 10.0), List.of(0L, 9L, 0L)).quantile(0.5),
                0.6);
        assertEquals(
                10,
                Distribution.explicit(List.of(5.0, 10.0), List.of(0L, 0L, 1L)).quantile(0.5),
                0.6);
        assertEquals(0, Distribution.exponential(3, 0, List.of(), 5).quantile(0.99));
        assertTrue(Double.isNaN(Distribution.NONE.quantile(0.5)));
        // The farthest that a message can say.
        assertEquals(
                1,
                Distribution.exponential(-10, Integer.MAX_VALUE, List.of(1L), 0).count());
        assertEquals(
                1,
                Distribution.exponential(Integer.MIN_VALUE, -5, List.of(1L), 0).count());
    }

    @Test
    void beyondItsLimitItRefusesAndCounts() {
        for (int i = 0; i < 12; i++) {
            metrics.gauge(key("one", "level" + i), "", at(5), i);
        }
        assertEquals(10, metrics.series());
        assertEquals(2, metrics.refused());
        itIs(5 + MetricStore.SECONDS);
        metrics.gauge(key("one", "another"), "", at(5 + MetricStore.SECONDS), 1);
        assertEquals(1, metrics.series());
        assertThrows(IllegalArgumentException.class, () -> new MetricStore(() -> now, 0));
    }

    @Test
    void tenMinutesOnTheOldIsGone() {
        MetricStore.Key sent = key("one", "sent");
        metrics.counter(sent, "", at(5), 100);
        metrics.counter(sent, "", at(5 + MetricStore.SECONDS), 101);
        itIs(5 + MetricStore.SECONDS);
        assertEquals(1.0, only().spark().get(59));
    }
}
