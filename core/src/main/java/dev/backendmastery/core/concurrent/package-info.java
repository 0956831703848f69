/**
 * Hand-over between threads: to share one execution, to keep an order, to gather a batch, to pass on without locks.
 *
 * <table>
 * <caption>Which one when</caption>
 * <tr><th>block</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.core.concurrent.SingleFlight}</td><td>many callers want the same thing at the same time,
 *     and once is enough</td></tr>
 * <tr><td>{@link dev.backendmastery.core.concurrent.KeyedExecutor}</td><td>tasks of one key must run in order, those of
 *     different keys at the same time, and what waits must be bounded</td></tr>
 * <tr><td>{@link dev.backendmastery.core.concurrent.BatchingQueue}</td><td>many small things are cheaper together, but none
 *     may wait for long</td></tr>
 * <tr><td>{@link dev.backendmastery.core.concurrent.SpscRingBuffer}</td><td>one thread hands to one thread</td></tr>
 * <tr><td>{@link dev.backendmastery.core.concurrent.MpscRingBuffer}</td><td>many threads hand to one</td></tr>
 * </table>
 *
 * <p>The ring buffers follow FastForward (Giacomoni et al., PPoPP 2008) and JCTools' bounded queues.
 */
@NullMarked
package dev.backendmastery.core.concurrent;

import org.jspecify.annotations.NullMarked;
