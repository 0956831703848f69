/**
 * Writing through a cache: how changes get to the store behind it, and what is lost, and when.
 *
 * <p>Start at {@link dev.backendmastery.caching.writing.WritingCache}; the store is a
 * {@link dev.backendmastery.caching.writing.Writer}.
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>implementation</th><th>a put returns when</th><th>a crash loses</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.caching.writing.WriteThrough}</td><td>the store has it</td><td>nothing</td>
 *     <td>the store is fast enough; by default</td></tr>
 * <tr><td>{@link dev.backendmastery.caching.writing.WriteBehind}</td><td>this process remembers it</td>
 *     <td>what is pending, at most its bound</td><td>keys are rewritten often, and the last value can be had again or
 *     missed</td></tr>
 * <tr><td>{@code RedisWriteBehind} in {@code caching.redis}</td><td>Redis has it</td>
 *     <td>nothing, if Redis writes each change to its log</td><td>the same, and nothing may be missed</td></tr>
 * </table>
 *
 * <p>Sources: Kleppmann, Designing Data-Intensive Applications, 2017, chapters 3 and 11; Kleppmann, How to do distributed
 * locking, 2016 (why each change has a version).
 */
@NullMarked
package dev.backendmastery.caching.writing;

import org.jspecify.annotations.NullMarked;
