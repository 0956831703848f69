/**
 * Calling what may fail, hang or be overloaded, without making it worse.
 *
 * <p>Start at {@link dev.backendmastery.core.resilience.Policy}; a
 * {@link dev.backendmastery.core.resilience.Pipeline} composes policies in an explicit order.
 *
 * <table>
 * <caption>Which policy when</caption>
 * <tr><th>policy</th><th>answers</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.core.resilience.Retry}</td><td>a failure that may pass</td>
 *     <td>the call is safe to repeat; always with a shared
 *     {@link dev.backendmastery.core.resilience.RetryBudget}</td></tr>
 * <tr><td>{@link dev.backendmastery.core.resilience.CircuitBreaker}</td><td>a downstream that is down</td>
 *     <td>failing at once is better than waiting, and fewer calls let it recover</td></tr>
 * <tr><td>{@link dev.backendmastery.core.resilience.Bulkhead}</td><td>one downstream takes all threads</td>
 *     <td>the right bound is known</td></tr>
 * <tr><td>{@link dev.backendmastery.core.resilience.AdaptiveLimit}</td><td>overload</td>
 *     <td>the right bound changes or nobody knows it; {@link dev.backendmastery.core.resilience.GradientLimit}</td></tr>
 * <tr><td>{@link dev.backendmastery.core.resilience.Timeout}</td><td>a call that hangs</td>
 *     <td>always, innermost, where the action obeys interrupts or is a stage</td></tr>
 * <tr><td>{@link dev.backendmastery.core.resilience.Hedge}</td><td>a slow tail</td>
 *     <td>some calls are slow by chance and the call is idempotent</td></tr>
 * <tr><td>{@link dev.backendmastery.core.resilience.Fallback}</td><td>what is left</td>
 *     <td>a worse answer is better than none</td></tr>
 * </table>
 *
 * <p>Sources: Nygard, <i>Release It!</i>, 2nd ed., 2018; Brooker, "Exponential backoff and jitter", 2015; Dean and Barroso,
 * "The tail at scale", CACM 56(2), 2013; Netflix concurrency-limits; Little, "A proof for the queuing formula L = λW",
 * Operations Research 9(3), 1961.
 */
@NullMarked
package dev.backendmastery.core.resilience;

import org.jspecify.annotations.NullMarked;
