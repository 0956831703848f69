/**
 * Consumers: many handlers at once over a log's partitions, with order by key, retries, dead letters and exactly-once
 * effects.
 *
 * <p>Start at {@link dev.backendmastery.messaging.consumer.ConsumerRuntime}; what it puts aside is found and replayed with {@link
 * dev.backendmastery.messaging.consumer.DeadLetters}.
 *
 * <table>
 * <caption>Which one when</caption>
 * <tr><th>what</th><th>delivers</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.messaging.consumer.ConsumerRuntime}</td>
 *     <td>at least once; repeats what was not committed when it died</td>
 *     <td>handlers wait for something, and there are more keys than partitions; by default. With a handler that remembers ids
 *     in the transaction of its effect, exactly once</td></tr>
 * <tr><td>{@link dev.backendmastery.messaging.consumer.TransactionalConsumer}</td>
 *     <td>exactly once, within the log</td>
 *     <td>records become records of other topics of the same log, and nothing else happens</td></tr>
 * <tr><td>{@link dev.backendmastery.messaging.log.GroupMember}</td><td>what you make of it</td>
 *     <td>one record after the other is fast enough, and you commit and retry yourself</td></tr>
 * </table>
 *
 * <p>What they do is seen in traces through a {@link dev.backendmastery.messaging.consumer.TracedHandler} or a {@link
 * dev.backendmastery.messaging.consumer.TracedTransform}.
 *
 * <p>Sources: Kafka's KIP-447 and KIP-848; the per-record acks in commit metadata of Confluent's parallel consumer; Spring Kafka's retry
 * topics.
 */
@NullMarked
package dev.backendmastery.messaging.consumer;

import org.jspecify.annotations.NullMarked;
