/**
 * The outbox: messages that leave if and only if their transaction is committed, in order for each key, at least once.
 *
 * <p>Start at {@link dev.backendmastery.patterns.outbox.Outbox}; what carries the messages away is a {@link
 * dev.backendmastery.patterns.outbox.Relay}, where to is a {@link dev.backendmastery.patterns.outbox.Publisher}, and who
 * looks after it uses {@link dev.backendmastery.patterns.outbox.OutboxAdmin}.
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>relay</th><th>a message leaves</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.patterns.outbox.PollingRelay}</td><td>at the next poll</td>
 *     <td>a tenth of a second is soon enough; nothing but the table is needed</td></tr>
 * <tr><td>{@link dev.backendmastery.patterns.outbox.WokenRelay}</td><td>at once, or at the next poll if the wake-up is
 *     lost</td><td>it has to be soon; by default</td></tr>
 * <tr><td>{@link dev.backendmastery.patterns.outbox.WalRelay}</td><td>at once, in the order of commits</td>
 *     <td>the order of commits is wanted over all keys, or polls are not; and somebody watches the slot</td></tr>
 * </table>
 *
 * <table>
 * <caption>Which publisher when</caption>
 * <tr><th>publisher</th><th>acked means</th><th>of one key under way</th></tr>
 * <tr><td>{@link dev.backendmastery.patterns.outbox.LogPublisher#of}</td><td>as the log says</td>
 *     <td>one, if the log is shared; else a page</td></tr>
 * <tr><td>{@link dev.backendmastery.patterns.outbox.LogPublisher#transactional}</td><td>committed in Kafka</td>
 *     <td>a page: all of it or nothing is seen</td></tr>
 * <tr><td>{@link dev.backendmastery.patterns.outbox.RabbitPublisher}</td><td>confirmed, and not returned</td>
 *     <td>one</td></tr>
 * </table>
 *
 * <p>A {@link dev.backendmastery.patterns.outbox.TracedOutbox} lets a trace go on behind any relay.
 *
 * <p>Sources: Richardson, Microservices Patterns, 2018; PostgreSQL manual, <i>pg_current_snapshot</i> and <i>Logical
 * Streaming Replication Protocol</i>; Skytools' PgQ, whose ticks are snapshots, and which rotates tables.
 */
@NullMarked
package dev.backendmastery.patterns.outbox;

import org.jspecify.annotations.NullMarked;
