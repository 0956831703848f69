/**
 * Commands that may be sent again: one effect, and the same answer each time.
 *
 * <p>Start at {@link dev.backendmastery.patterns.idempotency.Idempotency}; {@link
 * dev.backendmastery.patterns.idempotency.HttpIdempotency} puts it behind a request's {@code Idempotency-Key}.
 *
 * <table>
 * <caption>Which one when</caption>
 * <tr><th>implementation</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.patterns.idempotency.PostgresIdempotency}</td><td>the effect is in PostgreSQL: it and
 * the answer commit together, so there is nothing in between to crash in</td></tr>
 * <tr><td>{@link dev.backendmastery.patterns.idempotency.LeasedIdempotency}</td><td>the effect is elsewhere, such as a
 * payment: who crashed is succeeded by an attempt that knows it</td></tr>
 * <tr><td>{@link dev.backendmastery.patterns.idempotency.InMemoryIdempotency}</td><td>in tests, and where the effect
 * is as short-lived as the process</td></tr>
 * </table>
 *
 * <p>IETF draft <i>The Idempotency-Key HTTP Header Field</i>; Helland, <i>Idempotence is not a medical condition</i>, 2012.
 */
@NullMarked
package dev.backendmastery.patterns.idempotency;

import org.jspecify.annotations.NullMarked;
