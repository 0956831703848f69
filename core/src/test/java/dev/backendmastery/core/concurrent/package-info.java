/** The kits of this room, and the proof that it bites. */
@NullMarked
package dev.backendmastery.core.concurrent;

import org.jspecify.annotations.NullMarked;
