/**
 * Elapsed time as a value that is handed in.
 *
 * <p>Start at {@link dev.backendmastery.core.time.Ticker}; {@link dev.backendmastery.core.time.Sleeper} waits. Wall time is {@link java.time.InstantSource}; a block that
 * needs both asks for both.
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>implementation</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.core.time.Ticker#system()}</td><td>in production</td></tr>
 * <tr><td>{@link dev.backendmastery.core.time.ManualTicker}</td><td>in tests and simulations: time moves when told to
 *     or slept through, and starts just before the wrap-around</td></tr>
 * </table>
 */
@NullMarked
package dev.backendmastery.core.time;

import org.jspecify.annotations.NullMarked;
