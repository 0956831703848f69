/** What the published Elasticsearch server lacks and the search module needs: analysis components and the root page. */
@NullMarked
package dev.backendmastery.engines.elasticsearch.plugin;

import org.jspecify.annotations.NullMarked;
