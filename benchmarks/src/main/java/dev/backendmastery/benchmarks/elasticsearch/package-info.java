/** The races of this domain. */
@NullMarked
package dev.backendmastery.benchmarks.elasticsearch;

import org.jspecify.annotations.NullMarked;
