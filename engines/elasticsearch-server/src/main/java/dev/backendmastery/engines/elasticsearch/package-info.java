/** An Elasticsearch node in a JVM of its own; the launcher forks it. */
@NullMarked
package dev.backendmastery.engines.elasticsearch;

import org.jspecify.annotations.NullMarked;
