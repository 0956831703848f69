/**
 * Messages that come more than once and take effect once.
 *
 * <p>Start at {@link dev.backendmastery.patterns.inbox.Inbox}.
 *
 * <table>
 * <caption>Which inbox when</caption>
 * <tr><th>inbox</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.patterns.inbox.PostgresInbox}</td><td>the effect is in PostgreSQL: its rows, the
 * outgoing messages' and the memory of the message commit together</td></tr>
 * <tr><td>{@link dev.backendmastery.patterns.inbox.InMemoryInbox}</td><td>in tests, and where the effect is as
 * short-lived as the process</td></tr>
 * </table>
 *
 * <p>Helland, <i>Idempotence is not a medical condition</i>, ACM Queue 2012; Saltzer, Reed, Clark, <i>End-to-end
 * arguments in system design</i>, 1984: only who has the effect can know that it took place.
 */
@NullMarked
package dev.backendmastery.patterns.inbox;

import org.jspecify.annotations.NullMarked;
