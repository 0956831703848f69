/**
 * Transactions on PostgreSQL that are re-run when they must be, and whose COMMIT is never guessed.
 *
 * <p>Start at {@link dev.backendmastery.databases.tx.Transactions}; a {@link dev.backendmastery.databases.tx.Database} is
 * the pool, the jOOQ context and the migrations under it.
 *
 * <table>
 * <caption>Which isolation level when (PostgreSQL's meaning, as the kit checks it)</caption>
 * <tr><th>level</th><th>prevents</th><th>re-runs</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.databases.tx.Isolation#READ_COMMITTED}</td><td>G0, G1a-c, OTV</td>
 *     <td>only deadlocks</td><td>one statement decides, or rows are locked first</td></tr>
 * <tr><td>{@link dev.backendmastery.databases.tx.Isolation#REPEATABLE_READ}</td><td>also PMP, P4, G-single</td>
 *     <td>on lost updates</td><td>a report needs one snapshot; read-modify-write of the same rows</td></tr>
 * <tr><td>{@link dev.backendmastery.databases.tx.Isolation#SERIALIZABLE}</td><td>also G2-item, G2</td>
 *     <td>on any dangerous pattern</td><td>an invariant spans rows; the default if in doubt</td></tr>
 * </table>
 *
 * <p>Papers: Berenson et al., <i>A Critique of ANSI SQL Isolation Levels</i> (1995); Adya, <i>Weak Consistency</i>
 * (1999); Ports and Grittner, <i>Serializable Snapshot Isolation in PostgreSQL</i> (VLDB 2012); Kleppmann,
 * <i>Hermitage</i>.
 */
@NullMarked
package dev.backendmastery.databases.tx;

import org.jspecify.annotations.NullMarked;
