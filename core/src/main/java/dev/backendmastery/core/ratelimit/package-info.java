/**
 * Admitting at most so much in so long a time.
 *
 * <p>Start at {@link dev.backendmastery.core.ratelimit.RateLimiter}; one limit per user, address or key is a
 * {@link dev.backendmastery.core.ratelimit.KeyedRateLimiter}. For a limit of {@code L} permits a period {@code P}:
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>implementation</th><th>most in any interval t</th><th>memory</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.core.ratelimit.TokenBucket}</td><td>burst + t L/P</td><td>one word</td>
 *     <td>almost always: exact, a burst of your choice, the cheapest</td></tr>
 * <tr><td>{@link dev.backendmastery.core.ratelimit.LeakyBucket}</td><td>1 + t L/P</td><td>one word</td>
 *     <td>what comes after must not see bursts: it paces calls evenly, with a bounded queue</td></tr>
 * <tr><td>{@link dev.backendmastery.core.ratelimit.FixedWindow}</td><td>2 L + t L/P</td><td>one word</td>
 *     <td>the limit is a quota that resets at a moment that people can name</td></tr>
 * <tr><td>{@link dev.backendmastery.core.ratelimit.SlidingWindowLog}</td><td>L in any P</td><td>8 L bytes</td>
 *     <td>"at most L in any P" must hold to the nanosecond and L is small</td></tr>
 * <tr><td>{@link dev.backendmastery.core.ratelimit.SlidingWindowCounter}</td><td>L + t L/P</td><td>five words</td>
 *     <td>a quota without the fixed window's double burst at the boundary, L too large for a log</td></tr>
 * <tr><td>{@link dev.backendmastery.core.ratelimit.LeasedRateLimiter}</td><td>source + parked permits</td>
 *     <td>one cache line a stripe</td><td>even one clock read a call is too much: takes permits in batches</td></tr>
 * </table>
 *
 * <p>Sources: ITU-T I.371 (GCRA, "virtual scheduling algorithm"); Turner, "New directions in communications", IEEE
 * Communications 24(10), 1986 (leaky bucket); Cloudflare, "How we built rate limiting capable of scaling to millions of
 * domains", 2017 (weighted window counter).
 */
@NullMarked
package dev.backendmastery.core.ratelimit;

import org.jspecify.annotations.NullMarked;
