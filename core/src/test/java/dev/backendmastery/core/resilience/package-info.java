/** The kits of resilience, the simulator that they run in, and the proof that they bite. */
@NullMarked
package dev.backendmastery.core.resilience;

import org.jspecify.annotations.NullMarked;
