/** The races of this domain. */
@NullMarked
package dev.backendmastery.benchmarks.shortener;

import org.jspecify.annotations.NullMarked;
