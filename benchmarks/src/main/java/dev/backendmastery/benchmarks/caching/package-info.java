/** The races of this domain. */
@NullMarked
package dev.backendmastery.benchmarks.caching;

import org.jspecify.annotations.NullMarked;
