/** The kits of rate limiting, and the proof that they bite. */
@NullMarked
package dev.backendmastery.core.ratelimit;

import org.jspecify.annotations.NullMarked;
