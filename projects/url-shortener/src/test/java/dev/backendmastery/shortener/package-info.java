/** The invariants of the system, on real engines, and a wrong version of each that fails. */
@NullMarked
package dev.backendmastery.shortener;

import org.jspecify.annotations.NullMarked;
