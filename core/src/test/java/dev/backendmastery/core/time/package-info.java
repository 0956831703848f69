/** The kit of time, and the proof that it bites. */
@NullMarked
package dev.backendmastery.core.time;

import org.jspecify.annotations.NullMarked;
