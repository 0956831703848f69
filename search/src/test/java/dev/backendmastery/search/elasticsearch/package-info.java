/** The kit of the bulk indexer, and the kit of the index on a real engine. */
@NullMarked
package dev.backendmastery.search.elasticsearch;

import org.jspecify.annotations.NullMarked;
