/** The races of this domain. */
@NullMarked
package dev.backendmastery.benchmarks.ratelimit;

import org.jspecify.annotations.NullMarked;
