/** Ours, the peer and the naive baseline, in one run; see {@link dev.backendmastery.benchmarks.Benchmarks}. */
@NullMarked
package dev.backendmastery.benchmarks;

import org.jspecify.annotations.NullMarked;
