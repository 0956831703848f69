/** The races of this domain. */
@NullMarked
package dev.backendmastery.benchmarks.id;

import org.jspecify.annotations.NullMarked;
