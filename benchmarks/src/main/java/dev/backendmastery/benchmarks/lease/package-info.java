/** Races of the room {@code core.lease}. */
@NullMarked
package dev.backendmastery.benchmarks.lease;

import org.jspecify.annotations.NullMarked;
