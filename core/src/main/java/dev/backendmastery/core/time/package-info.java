/**
 * Time as a value that is handed in: elapsed time, timers, and the clocks of more than one machine.
 *
 * <p>Start at {@link dev.backendmastery.core.time.Ticker}; {@link dev.backendmastery.core.time.Sleeper} waits. Wall time is
 * {@link java.time.InstantSource}; a block that needs both asks for both.
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>implementation</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.core.time.Ticker#system()}</td><td>in production</td></tr>
 * <tr><td>{@link dev.backendmastery.core.time.ManualTicker}</td><td>in tests and simulations: time moves when told to
 *     or slept through, and starts just before the wrap-around</td></tr>
 * <tr><td>{@link dev.backendmastery.core.time.TimingWheel}</td><td>there are many timeouts, most of which are
 *     cancelled</td></tr>
 * <tr><td>{@link dev.backendmastery.core.time.Wheel}</td><td>a structure with a lock of its own, such as a cache, needs
 *     to know which of its entries are due</td></tr>
 * <tr><td>{@link dev.backendmastery.core.time.HybridLogicalClock}</td><td>events of several machines need one order that
 *     respects cause and effect and is close to the time of day</td></tr>
 * <tr><td>{@link dev.backendmastery.core.time.VectorClock}</td><td>conflicts between replicas must be found</td></tr>
 * </table>
 */
@NullMarked
package dev.backendmastery.core.time;

import org.jspecify.annotations.NullMarked;
