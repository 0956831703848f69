/** The races of this domain. */
@NullMarked
package dev.backendmastery.benchmarks.hashing;

import org.jspecify.annotations.NullMarked;
