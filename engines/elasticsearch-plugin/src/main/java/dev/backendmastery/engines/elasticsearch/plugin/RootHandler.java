package dev.backendmastery.engines.elasticsearch.plugin;

import java.util.List;
import org.apache.lucene.util.Version;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.index.IndexVersions;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentBuilder;

/** {@code GET /} and {@code HEAD /}: clients ask them for the version. */
final class RootHandler extends BaseRestHandler {

    private final String cluster;

    RootHandler(String cluster) {
        this.cluster = cluster;
    }

    @Override
    public String getName() {
        return "main_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return channel -> {
            Build build = Build.current();
            try (XContentBuilder page = channel.newBuilder()) {
                page.startObject();
                page.field("name", client.getLocalNodeId());
                page.field("cluster_name", cluster);
                page.field("cluster_uuid", "_na_");
                page.startObject("version");
                page.field("number", build.version());
                page.field("build_flavor", build.flavor());
                page.field("build_type", build.type().displayName());
                page.field("build_hash", build.hash());
                page.field("build_date", build.date());
                page.field("build_snapshot", build.isSnapshot());
                page.field("lucene_version", Version.LATEST.toString());
                page.field("minimum_wire_compatibility_version", build.minWireCompatVersion());
                page.field(
                        "minimum_index_compatibility_version",
                        Build.minimumCompatString(IndexVersions.MINIMUM_COMPATIBLE));
                page.endObject();
                page.field("tagline", "You Know, for Search");
                page.endObject();
                channel.sendResponse(new RestResponse(RestStatus.OK, page));
            }
        };
    }
}
