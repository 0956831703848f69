package dev.backendmastery.showcase.view;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes spans and metrics by OTLP over HTTP, as protobuf, gzipped or not.
 *
 * <p>What comes is bounded before it is read: the body, what it unpacks to, and how many are taken in at once. Who sends too much is told 413, who sends what is no message 400, who sends
 * another form 415, who has to wait too long 503 with a time to come again; each with the message that the protocol wants. What is rejected of a good message is counted in the answer.
 *
 * <p><b>Threads.</b> Safe for any number.
 *
 * <p><b>Source.</b> OpenTelemetry, <i>OTLP Specification</i>, OTLP/HTTP.
 */
final class Collector {

    static final int MAX_BODY = 1_000_000;
    static final int MAX_UNPACKED = 2_000_000; // the smallest spans take 60 times as much when they are read
    static final String PROTOBUF = "application/x-protobuf";

    private static final int AT_ONCE = 1;
    private static final int WAIT_SECONDS = 5;
    private static final int CHUNK = 8_192;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int TOO_LARGE = 413;
    private static final int OTHER_FORM = 415;
    private static final int BUSY = 503;
    private static final int INVALID_ARGUMENT = 3;
    private static final int UNAVAILABLE = 14;
    private static final int MESSAGE_FIELD = 2;

    private final TraceStore traces;
    private final MetricStore metrics;
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final AtomicLong refused = new AtomicLong();

    Collector(TraceStore traces, MetricStore metrics) {
        this.traces = traces;
        this.metrics = metrics;
    }

    /** What to answer; a body in protobuf, whatever the status. */
    record Answer(int status, ByteString body) {}

    /** What a request is of. */
    enum Signal {
        TRACES,
        METRICS
    }

    private static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1;

        TooLargeException(String message) {
            super(message);
        }
    }

    /**
     * Takes a request in.
     *
     * @param type its Content-Type
     * @param encoding its Content-Encoding
     * @throws IOException if the body cannot be read to its end
     */
    Answer take(Signal signal, @Nullable String type, @Nullable String encoding, InputStream body) throws IOException {
        if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(PROTOBUF)) {
            return refuse(OTHER_FORM, INVALID_ARGUMENT, "the body must be " + PROTOBUF + ", was " + type);
        }
        String packed = encoding == null ? "identity" : encoding.strip().toLowerCase(Locale.ROOT);
        if (!packed.equals("identity") && !packed.equals("gzip")) {
            return refuse(OTHER_FORM, INVALID_ARGUMENT, "the body must be plain or gzip, was " + encoding);
        }
        try {
            if (!room.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                return refuse(BUSY, UNAVAILABLE, "too many at once");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return refuse(BUSY, UNAVAILABLE, "it ends");
        }
        try {
            byte[] plain = read(body, MAX_BODY, "body");
            if (packed.equals("gzip")) {
                plain = unpack(plain);
            }
            return new Answer(OK, keep(signal, plain).toByteString());
        } catch (TooLargeException e) {
            return refuse(TOO_LARGE, INVALID_ARGUMENT, String.valueOf(e.getMessage()));
        } catch (InvalidProtocolBufferException | UncheckedIOException e) {
            return refuse(BAD_REQUEST, INVALID_ARGUMENT, String.valueOf(e.getMessage()));
        } finally {
            room.release();
        }
    }

    private static byte[] unpack(byte[] packed) throws TooLargeException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return read(in, MAX_UNPACKED, "unpacked body");
        } catch (TooLargeException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("the body must be gzip: " + e.getMessage(), e);
        }
    }

    private static byte[] read(InputStream in, int most, String what) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            if (all.size() + read > most) {
                throw new TooLargeException("the " + what + " must have at most " + most + " bytes");
            }
            all.write(chunk, 0, read);
        }
        return all.toByteArray();
    }

    private Message keep(Signal signal, byte[] body) throws InvalidProtocolBufferException {
        if (signal == Signal.TRACES) {
            int rejected = Otlp.keep(ExportTraceServiceRequest.parseFrom(body), traces);
            ExportTraceServiceResponse.Builder answer = ExportTraceServiceResponse.newBuilder();
            if (rejected > 0) {
                refused.addAndGet(rejected);
                answer.setPartialSuccess(ExportTracePartialSuccess.newBuilder()
                        .setRejectedSpans(rejected)
                        .setErrorMessage("spans must have ids of their length that are not 0"));
            }
            return answer.build();
        }
        int rejected = Otlp.keep(ExportMetricsServiceRequest.parseFrom(body), metrics);
        ExportMetricsServiceResponse.Builder answer = ExportMetricsServiceResponse.newBuilder();
        if (rejected > 0) {
            refused.addAndGet(rejected);
            answer.setPartialSuccess(ExportMetricsPartialSuccess.newBuilder()
                    .setRejectedDataPoints(rejected)
                    .setErrorMessage("points must be of gauges, sums or histograms whose buckets fit their bounds"));
        }
        return answer.build();
    }

    /** With a {@code google.rpc.Status}. */
    private Answer refuse(int status, int code, String message) {
        refused.incrementAndGet();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(body);
        try {
            out.writeInt32(1, code);
            out.writeString(MESSAGE_FIELD, message);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Answer(status, ByteString.copyFrom(body.toByteArray()));
    }

    /** Requests, spans and points that were refused. */
    long refused() {
        return refused.get();
    }
}
