/**
 * The log: messages in order, kept after they were read, shared by groups of consumers.
 *
 * <p>Start at {@link dev.backendmastery.messaging.log.MessageLog}; what it carries is a {@link
 * dev.backendmastery.messaging.log.Message}, who consumes is a {@link dev.backendmastery.messaging.log.GroupMember}.
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>implementation</th><th>acked means</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.messaging.log.InMemoryLog}</td><td>this process has it</td>
 *     <td>in tests: exact, at once</td></tr>
 * <tr><td>{@link dev.backendmastery.messaging.log.FileLog}</td>
 *     <td>the disk has it; or, if so chosen, the operating system</td>
 *     <td>one process writes and reads, and nothing may be lost when it is killed</td></tr>
 * <tr><td>{@link dev.backendmastery.messaging.log.KafkaLog}</td><td>all replicas in sync have it</td>
 *     <td>many machines, transactions; by default</td></tr>
 * <tr><td>{@link dev.backendmastery.messaging.log.TracedLog}</td><td>what it means to the log behind it</td>
 *     <td>appends are to be seen in traces, and messages to carry them on</td></tr>
 * </table>
 *
 * <p>Sources: Kreps, The Log, 2013; Kafka's KIP-98 (transactions), KIP-447 (fencing by group), KIP-848 (group
 * protocol); Rebello et al., Can applications recover from fsync failures?, USENIX ATC 2020.
 */
@NullMarked
package dev.backendmastery.messaging.log;

import org.jspecify.annotations.NullMarked;
