/** Races of the room {@code core.time}. */
@NullMarked
package dev.backendmastery.benchmarks.time;

import org.jspecify.annotations.NullMarked;
