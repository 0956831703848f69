/** The races of this domain. */
@NullMarked
package dev.backendmastery.benchmarks.messaging;

import org.jspecify.annotations.NullMarked;
