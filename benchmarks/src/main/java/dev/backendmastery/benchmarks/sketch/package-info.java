/** The races of this domain. */
@NullMarked
package dev.backendmastery.benchmarks.sketch;

import org.jspecify.annotations.NullMarked;
