/** The kits of balancing, the simulator that they run in, and the proof that they bite. */
@NullMarked
package dev.backendmastery.core.balance;

import org.jspecify.annotations.NullMarked;
