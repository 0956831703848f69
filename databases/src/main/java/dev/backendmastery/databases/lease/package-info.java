/**
 * Leases in PostgreSQL. The contract, and what leases are for, is {@link dev.backendmastery.core.lease.LeaseStore}.
 *
 * <table>
 * <caption>Which one when</caption>
 * <tr><th>what is protected</th><th>how</th></tr>
 * <tr><td>rows of the same database</td><td>{@link dev.backendmastery.databases.lease.PostgresLeaseStore#guard} in the
 *     transaction that writes them</td></tr>
 * <tr><td>something elsewhere</td><td>hand it the epoch; it refuses older ones, as
 *     {@link dev.backendmastery.core.lease.FencedResource} does</td></tr>
 * </table>
 */
@NullMarked
package dev.backendmastery.databases.lease;

import org.jspecify.annotations.NullMarked;
