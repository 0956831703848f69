/**
 * What is often written and does not work, kept so that it can be run.
 *
 * <table>
 * <caption>What is here</caption>
 * <tr><th>broken</th><th>what replaces it</th></tr>
 * <tr><td>{@link dev.backendmastery.docs.gallery.StarvingTokenBucket}</td>
 *     <td>{@link dev.backendmastery.core.ratelimit.TokenBucket}</td></tr>
 * <tr><td>{@link dev.backendmastery.docs.gallery.BoundaryBurst}</td>
 *     <td>{@link dev.backendmastery.core.ratelimit.SlidingWindowLog}</td></tr>
 * <tr><td>{@link dev.backendmastery.docs.gallery.AgedWindow}</td>
 *     <td>{@link dev.backendmastery.core.ratelimit.SlidingWindowCounter}</td></tr>
 * <tr><td>{@link dev.backendmastery.docs.gallery.CheckThenActCodes}</td>
 *     <td>{@link dev.backendmastery.core.id.FeistelShortCodes}</td></tr>
 * <tr><td>{@link dev.backendmastery.docs.gallery.OffsetPaging}</td><td>{@code databases.paging.Keyset}</td></tr>
 * </table>
 */
@NullMarked
package dev.backendmastery.docs.gallery;

import org.jspecify.annotations.NullMarked;
