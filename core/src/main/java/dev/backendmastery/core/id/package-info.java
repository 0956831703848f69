/**
 * Ids that are unique and sort by creation, and codes that nobody can guess.
 *
 * <p>Start at {@link dev.backendmastery.core.id.IdGenerator}. All generators share one idea: a word of milliseconds and
 * counter that only grows, moved by one compare-and-set. A clock that steps back and a counter that overflows are then
 * one case, <i>the word is ahead of the clock</i>, and {@link dev.backendmastery.core.id.ClockPolicy} says what happens.
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>implementation</th><th>bits</th><th>unique across processes</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.core.id.UuidV7}</td><td>128</td><td>by 58 random bits</td>
 *     <td>nobody hands out worker numbers: the default for keys of tables and messages</td></tr>
 * <tr><td>{@link dev.backendmastery.core.id.SnowflakeIds}</td><td>64</td><td>by worker number, handed out by you</td>
 *     <td>eight bytes matter: indexes, bigint columns</td></tr>
 * <tr><td>{@link dev.backendmastery.core.id.Ulids}</td><td>128</td><td>by 64 random bits</td>
 *     <td>the text form is read by people: 26 characters, no hyphens</td></tr>
 * <tr><td>{@link dev.backendmastery.core.id.FeistelShortCodes}</td><td>5.95 a character</td><td>by the counter</td>
 *     <td>short public codes over a counter that must not show</td></tr>
 * </table>
 *
 * <p>Papers: RFC 9562 (UUIDs); Twitter's Snowflake; the ULID specification; Black and Rogaway, <i>Ciphers with
 * Arbitrary Finite Domains</i> (CT-RSA 2002); NIST SP 800-38G; Aumasson and Bernstein, <i>SipHash</i> (2012).
 */
@NullMarked
package dev.backendmastery.core.id;

import org.jspecify.annotations.NullMarked;
