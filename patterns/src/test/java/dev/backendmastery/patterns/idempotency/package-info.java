/** The kit of idempotency, its proof, and what is run through it. */
@NullMarked
package dev.backendmastery.patterns.idempotency;

import org.jspecify.annotations.NullMarked;
