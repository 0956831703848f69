/** Breakers and pipelines on their fast path, and adaptive limits in a simulator with a known optimum. */
@NullMarked
package dev.backendmastery.benchmarks.resilience;

import org.jspecify.annotations.NullMarked;
