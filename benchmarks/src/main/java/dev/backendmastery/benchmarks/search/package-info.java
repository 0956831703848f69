/** Races of the search module's rooms. */
@NullMarked
package dev.backendmastery.benchmarks.search;

import org.jspecify.annotations.NullMarked;
