/** The kits of the placements, and what proves that they bite. */
@NullMarked
package dev.backendmastery.core.hashing;

import org.jspecify.annotations.NullMarked;
