/** All systems on one machine: {@code Showcase} starts them, {@code Check} tries to break them. */
@NullMarked
package dev.backendmastery.showcase;

import org.jspecify.annotations.NullMarked;
