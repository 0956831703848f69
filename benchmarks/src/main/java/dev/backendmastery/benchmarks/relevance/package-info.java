/** The races of this domain. */
@NullMarked
package dev.backendmastery.benchmarks.relevance;

import org.jspecify.annotations.NullMarked;
