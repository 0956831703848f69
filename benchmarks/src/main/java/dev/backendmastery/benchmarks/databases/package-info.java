/** The races of this domain. */
@NullMarked
package dev.backendmastery.benchmarks.databases;

import org.jspecify.annotations.NullMarked;
