/** What it costs to be told what is going on. */
@NullMarked
package dev.backendmastery.benchmarks.observability;

import org.jspecify.annotations.NullMarked;
