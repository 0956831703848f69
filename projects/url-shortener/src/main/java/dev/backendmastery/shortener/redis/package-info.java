/** Links in the cache that the nodes share. */
@NullMarked
package dev.backendmastery.shortener.redis;

import org.jspecify.annotations.NullMarked;
