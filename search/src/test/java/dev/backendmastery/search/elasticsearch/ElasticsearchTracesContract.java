package dev.backendmastery.search.elasticsearch;

import static dev.backendmastery.core.kit.SpanRecorder.assertFailed;
import static dev.backendmastery.core.kit.SpanRecorder.assertParent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.core.kit.SpanRecorder;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.search.index.Batch;
import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.IndexSnapshot;
import dev.backendmastery.search.index.IndexUnavailableException;
import dev.backendmastery.search.index.Query;
import dev.backendmastery.search.index.Schema;
import dev.backendmastery.search.index.Search;
import dev.backendmastery.search.index.SearchIndexException;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.http.Header;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.HttpRequestInterceptor;
import org.apache.http.protocol.HttpContext;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What the traces of an {@link ElasticsearchIndex} must hold, on a real engine. Extend it and say how it is opened. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD) // so that no fault's scope reaches another test
@SuppressWarnings("NullAway.Init") // set before each test
public abstract class ElasticsearchTracesContract {

    private static final String SECRET = "s3cr3t";
    private static final Schema SCHEMA = Schema.builder().keyword("tag").build();

    private final SpanRecorder recorder = new SpanRecorder();
    private final String name = "traces-" + UUID.randomUUID();
    private final List<String> parents = new CopyOnWriteArrayList<>();
    private RestClient client;
    private ElasticsearchIndex index;

    /** An index whose spans go to {@code telemetry}. */
    protected abstract ElasticsearchIndex open(RestClient client, String name, Schema schema, OpenTelemetry telemetry);

    @BeforeEach
    final void open() {
        HttpRequestInterceptor spy = (HttpRequest request, HttpContext context) -> {
            for (Header header : request.getHeaders("traceparent")) {
                parents.add(header.getValue());
            }
        };
        client = RestClient.builder(HttpHost.create(Engines.elasticsearch().url()))
                .setHttpClientConfigCallback(http -> http.addInterceptorLast(spy))
                .build();
        index = open(client, name, SCHEMA, recorder.telemetry());
        assertEquals(List.of(), recorder.spans());
    }

    @AfterEach
    final void close() throws IOException {
        client.performRequest(new Request("DELETE", "/" + name));
        client.close();
        recorder.close();
    }

    private static Document document() {
        return Document.of(SECRET + "-id").keyword("tag", SECRET).build();
    }

    @Test
    @DisplayName("ET-1 a request is one CLIENT span under what is current, named for method and path without names")
    final void request() throws Exception {
        Context before = Context.current();
        long found = recorder.request(() -> {
            index.apply(Batch.of(document()));
            index.refresh();
            return index.search(Search.of(Query.term("tag", SECRET))).total();
        });
        assertEquals(1, found);
        assertSame(before, Context.current());
        assertEquals(
                List.of("POST /{index}/_bulk", "POST /{index}/_refresh", "POST /{index}/_search"), recorder.names());
        SpanData span = recorder.span("POST /{index}/_search");
        assertParent(recorder.root(), span);
        assertEquals(SpanKind.CLIENT, span.getKind());
        assertEquals(
                "dev.backendmastery.search", span.getInstrumentationScopeInfo().getName());
        assertEquals("elasticsearch", span.getAttributes().get(RestTraces.SYSTEM));
        assertEquals("search", span.getAttributes().get(RestTraces.OPERATION));
        assertEquals(name, span.getAttributes().get(RestTraces.COLLECTION));
        assertEquals("POST", span.getAttributes().get(RestTraces.METHOD));
        assertEquals(200, span.getAttributes().get(RestTraces.STATUS));
        assertEquals(
                Engines.elasticsearch().url() + "/" + name + "/_search",
                span.getAttributes().get(RestTraces.URL));
        HttpHost host = HttpHost.create(Engines.elasticsearch().url());
        assertEquals(host.getHostName(), span.getAttributes().get(RestTraces.ADDRESS));
        assertEquals(host.getPort(), span.getAttributes().get(RestTraces.PORT));
        assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("ET-2 its context goes to the engine, once")
    final void carries() throws Exception {
        recorder.request(() -> {
            index.refresh();
            return true;
        });
        SpanData span = recorder.span("POST /{index}/_refresh");
        assertEquals(
                List.of("00-" + span.getTraceId() + "-" + span.getSpanId() + "-"
                        + span.getSpanContext().getTraceFlags().asHex()),
                parents);
    }

    @Test
    @DisplayName("ET-3 what is refused says the status, what is not answered its class, and both throw as before")
    final void failures() throws Exception {
        try (RestClient nobody =
                RestClient.builder(new HttpHost("127.0.0.1", 1, "http")).build()) {
            recorder.request(() -> {
                try (ElasticsearchIndex gone = open(client, name + "-gone", SCHEMA, OpenTelemetry.noop())) {
                    ElasticsearchIndex traced = open(client, name + "-gone", SCHEMA, recorder.telemetry());
                    gone.delete();
                    recorder.reset();
                    assertThrows(SearchIndexException.class, traced::refresh);
                }
                assertThrows(IndexUnavailableException.class, () -> open(nobody, name, SCHEMA, recorder.telemetry()));
                return true;
            });
        }
        SpanData refused = recorder.span("POST /{index}/_refresh");
        assertFailed("404", refused);
        assertEquals(404, refused.getAttributes().get(RestTraces.STATUS));
        SpanData unanswered = recorder.span("GET /{index}/_mapping");
        assertEquals(StatusCode.ERROR, unanswered.getStatus().getStatusCode());
        assertTrue(
                String.valueOf(unanswered.getAttributes().get(RestTraces.ERROR)).endsWith("Exception"));
        assertNull(unanswered.getAttributes().get(RestTraces.STATUS));
        recorder.assertEndedOnce();
    }

    @Test
    @DisplayName("ET-4 neither ids, nor what is looked for, nor a point in time, nor what an error says is shown")
    final void silence() throws Exception {
        recorder.request(() -> {
            index.apply(Batch.of(document()));
            try (IndexSnapshot now = index.snapshot()) {
                now.search(Search.of(Query.term("tag", SECRET)));
                return now.find(SECRET + "-id");
            }
        });
        assertEquals("POST /{index}/_pit", recorder.names().get(1));
        assertEquals("POST /_search", recorder.names().get(2));
        assertEquals("DELETE /_pit", recorder.names().get(recorder.names().size() - 1));
        recorder.assertSilentAbout(SECRET);
        recorder.assertSilentAbout("keep_alive");
    }

    @Test
    @DisplayName("ET-5 outside of any trace there is no span and no header, nor on the threads of a bulk indexer")
    final void outside() throws Exception {
        index.apply(Batch.of(document()));
        index.refresh();
        try (BulkIndexer indexer = BulkIndexer.to(index.sink(), dead -> {}).start()) {
            recorder.request(() -> indexer.upsert(document(), 1).get(30, TimeUnit.SECONDS));
        }
        assertEquals(List.of(), recorder.spans());
        assertEquals(List.of(), parents);
    }

    @Test
    @DisplayName("ET-6 what is not sampled has no span, and the engine is told so")
    final void notSampled() throws Exception {
        try (SpanRecorder none = new SpanRecorder(Sampler.alwaysOff())) {
            ElasticsearchIndex other = open(client, name, SCHEMA, none.telemetry());
            none.request(() -> {
                other.refresh();
                return true;
            });
            assertEquals(List.of(), none.spans());
            assertEquals(1, parents.size());
            assertFalse(TraceFlags.fromHex(parents.get(0), parents.get(0).length() - 2)
                    .isSampled());
        }
    }
}
