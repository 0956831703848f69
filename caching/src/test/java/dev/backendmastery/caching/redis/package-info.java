/** The kits on a real Redis, and what happens when it fails. */
@NullMarked
package dev.backendmastery.caching.redis;

import org.jspecify.annotations.NullMarked;
