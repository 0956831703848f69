package dev.backendmastery.observability.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The parser by which the scrape is judged takes good texts and refuses planted bad ones. Here {@code ~} ends a line. */
final class OpenMetricsParserTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# EOF~",
                "# TYPE a counter~# HELP a He said \\\"so\\\"\\n~a_total 1~a_total{b=\"c\"} 1.5e3~# EOF~",
                "# TYPE a_seconds gauge~# UNIT a_seconds seconds~a_seconds{x=\"\\\\\",y=\"\\n\"} -Inf~# EOF~",
                "# TYPE a histogram~a_bucket{le=\"1.0\"} 1 # {trace_id=\"x\"} 0.5 12.5~a_bucket{le=\"+Inf\"} 2~a_count 2~a_sum 9~# EOF~"
            })
    void good(String text) {
        OpenMetricsParser.parse(text.replace('~', '\n'));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# EOF",
                "# EOF~~",
                "~# EOF~",
                "# TYPE a counter~a_total 1~",
                "# TYPE a counter~a_total 1~# EOF~a_total 2~# EOF~",
                "# TYPE a counter~a 1~# EOF~",
                "# TYPE a counter~a_total -1~# EOF~",
                "# TYPE a counter~a_total 1~a_total 2~# EOF~",
                "# TYPE a counter~# TYPE a counter~# EOF~",
                "# TYPE a counter~a_total 1~# HELP a late~# EOF~",
                "# TYPE a gauge~a 1~# TYPE b gauge~b 1~# TYPE a gauge~# EOF~",
                "# TYPE a what~a 1~# EOF~",
                "# TYPE a gauge~# UNIT a seconds~a 1~# EOF~",
                "# TYPE a gauge~# HELP a \\q~a 1~# EOF~",
                "# TYPE a gauge~# comment~a 1~# EOF~",
                "# TYPE a gauge~b 1~# EOF~",
                "a 1~# EOF~",
                "# TYPE a gauge~a one~# EOF~",
                "# TYPE a gauge~a  1~# EOF~",
                "# TYPE a gauge~a{b=\"c\" 1~# EOF~",
                "# TYPE a gauge~a{b=c} 1~# EOF~",
                "# TYPE a gauge~a{b=\"c\",b=\"d\"} 1~# EOF~",
                "# TYPE a gauge~a{b=\"c\",} 1~# EOF~",
                "# TYPE a gauge~a{b.c=\"d\"} 1~# EOF~",
                "# TYPE a gauge~a{b=\"\\t\"} 1~# EOF~",
                "# TYPE a gauge~a 1 # {b=\"c\"} 1~# EOF~",
                "# TYPE a histogram~a_bucket 1~# EOF~",
                "# TYPE a histogram~a_bucket{le=\"1\"} 1~# EOF~",
                "# TYPE a histogram~a_bucket{le=\"x\"} 1~# EOF~",
                "# TYPE a histogram~a_bucket{le=\"1\"} 2~a_bucket{le=\"+Inf\"} 1~# EOF~",
                "# TYPE a histogram~a_bucket{le=\"2\"} 1~a_bucket{le=\"1\"} 1~a_bucket{le=\"+Inf\"} 1~# EOF~",
                "# TYPE a histogram~a_bucket{le=\"+Inf\"} 1~a_count 2~# EOF~",
                "# TYPE a histogram~a_bucket{le=\"1\"} 1 # {b=\"c\"} 3~a_bucket{le=\"+Inf\"} 1~# EOF~",
                "# TYPE a histogram~a_bucket{le=\"+Inf\"} 1 # 3~# EOF~"
            })
    void bad(String text) {
        assertEquals(
                IllegalArgumentException.class,
                assertThrows(RuntimeException.class, () -> OpenMetricsParser.parse(text.replace('~', '\n')))
                        .getClass());
    }
}
