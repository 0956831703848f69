/**
 * The right to be the only one, across processes, and what makes it safe: epochs.
 *
 * <p>Start at {@link dev.backendmastery.core.lease.LeaseStore}; {@link dev.backendmastery.core.lease.LeaderElection} keeps a
 * lease, {@link dev.backendmastery.core.lease.FencedResource} refuses whoever has lost it without knowing.
 *
 * <table>
 * <caption>Which store when</caption>
 * <tr><th>store</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.core.lease.InMemoryLeaseStore}</td><td>in tests, and within one process</td></tr>
 * </table>
 *
 * <p>Gray and Cheriton, <i>Leases: an efficient fault-tolerant mechanism for distributed file cache consistency</i>, SOSP
 * 1989; Kleppmann, <i>How to do distributed locking</i>, 2016; Burrows, <i>The Chubby lock service</i>, OSDI 2006
 * (sequencers).
 */
@NullMarked
package dev.backendmastery.core.lease;

import org.jspecify.annotations.NullMarked;
