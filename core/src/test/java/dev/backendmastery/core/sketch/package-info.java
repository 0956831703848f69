/** The kits of the sketches, and what proves that they bite. */
@NullMarked
package dev.backendmastery.core.sketch;

import org.jspecify.annotations.NullMarked;
