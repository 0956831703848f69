/** The simulator of hit ratios. */
@NullMarked
package dev.backendmastery.benchmarks.caching;

import org.jspecify.annotations.NullMarked;
