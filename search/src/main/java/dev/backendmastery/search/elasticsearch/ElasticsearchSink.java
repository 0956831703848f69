package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.Schema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The engine's bulk API, with versions that are the caller's. */
final class ElasticsearchSink implements BulkSink {

    private final Rest rest;
    private final String name;
    private final Schema schema;
    private final Mapping mapping;

    ElasticsearchSink(Rest rest, String name, Schema schema, Mapping mapping) {
        this.rest = rest;
        this.name = name;
        this.schema = schema;
        this.mapping = mapping;
    }

    @Override
    public String encode(Document document) {
        schema.check(document);
        return mapping.source(document);
    }

    @Override
    public List<BulkAnswer> send(List<BulkItem> batch) throws IOException, InterruptedException {
        StringBuilder lines = new StringBuilder();
        for (BulkItem item : batch) {
            lines.append(Node.write(Node.object(
                            item.source().isPresent() ? "index" : "delete",
                            Node.object("_id", item.id(), "version", item.version(), "version_type", "external_gte"))))
                    .append('\n');
            item.source().ifPresent(source -> lines.append(source).append('\n'));
        }
        Rest.Answer answer;
        try {
            answer = rest.lines("/" + name + "/_bulk", lines.toString());
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException("while waiting for the engine");
                interrupted.initCause(e);
                throw interrupted;
            }
            throw e;
        }
        if (answer.status() >= 300) {
            return Collections.nCopies(batch.size(), new BulkAnswer(answer.status(), answer.reason()));
        }
        List<BulkAnswer> answers = new ArrayList<>();
        for (Node item : answer.body().get("items").items()) {
            Node said = item.first();
            int status = (int) said.get("status").integer();
            boolean gone = status == 404
                    && item.get("delete").isThere()
                    && !said.get("error").isThere();
            Node error = said.get("error");
            answers.add(new BulkAnswer(
                    gone ? 200 : status,
                    error.get("type").text() + ": " + error.get("reason").text()));
        }
        return answers;
    }
}
