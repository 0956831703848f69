/** The kit of the loading caches, and what is run on it. */
@NullMarked
package dev.backendmastery.caching.loading;

import org.jspecify.annotations.NullMarked;
