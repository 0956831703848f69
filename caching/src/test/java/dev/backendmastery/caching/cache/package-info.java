/** The kit of caches, and the proof that it bites. */
@NullMarked
package dev.backendmastery.caching.cache;

import org.jspecify.annotations.NullMarked;
