@NullMarked
package dev.backendmastery.benchmarks.metrics;

import org.jspecify.annotations.NullMarked;
