/** The kit of the writing caches, and the proof that it bites. */
@NullMarked
package dev.backendmastery.caching.writing;

import org.jspecify.annotations.NullMarked;
