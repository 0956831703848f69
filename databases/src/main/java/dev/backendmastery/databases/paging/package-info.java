/**
 * Pages of a query that cost the same however deep, and cursors that nobody can forge.
 *
 * <p>Start at {@link dev.backendmastery.databases.paging.Pager}.
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>implementation</th><th>cost of page n</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.databases.paging.Keyset}</td><td>one descent of an index and the page</td>
 *     <td>always, with an index in the order of the list</td></tr>
 * </table>
 *
 * <p>What it needs is an index whose columns and directions are those of the list. A key that may be null belongs behind
 * the first one: PostgreSQL cannot walk an index from "above x, or null". Where null must lead, order by an expression that
 * is never null, such as {@code coalesce(title, '')}, and index that.
 *
 * <p>Reading: Winand, <i>We need tool support for keyset pagination</i>; the PostgreSQL manual on row-wise comparison
 * (9.25.5).
 */
@NullMarked
package dev.backendmastery.databases.paging;

import org.jspecify.annotations.NullMarked;
