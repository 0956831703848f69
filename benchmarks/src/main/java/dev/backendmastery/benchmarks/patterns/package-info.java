/** Races of what composes the modules: outbox, inbox, idempotency. */
@NullMarked
package dev.backendmastery.benchmarks.patterns;

import org.jspecify.annotations.NullMarked;
