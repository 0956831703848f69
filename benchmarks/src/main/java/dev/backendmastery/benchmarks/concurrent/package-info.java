/** Races of the room {@code core.concurrent}. */
@NullMarked
package dev.backendmastery.benchmarks.concurrent;

import org.jspecify.annotations.NullMarked;
