/** The race of the outbox. */
@NullMarked
package dev.backendmastery.benchmarks.outbox;

import org.jspecify.annotations.NullMarked;
