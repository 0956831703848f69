/** The races of this domain. */
@NullMarked
package dev.backendmastery.benchmarks.analysis;

import org.jspecify.annotations.NullMarked;
