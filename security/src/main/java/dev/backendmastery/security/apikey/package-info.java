/**
 * API keys: made, found by their hash, rotated, revoked.
 *
 * <table>
 * <caption>What for what</caption>
 * <tr><th>for</th><th>take</th></tr>
 * <tr><td>issuing and authenticating</td><td>{@link dev.backendmastery.security.apikey.ApiKeys}, made by
 *     {@link dev.backendmastery.security.apikey.HashedApiKeys}</td></tr>
 * <tr><td>keeping them in PostgreSQL</td><td>{@link dev.backendmastery.security.apikey.PostgresApiKeyStore}</td></tr>
 * <tr><td>tests and demos</td><td>{@link dev.backendmastery.security.apikey.InMemoryApiKeyStore}</td></tr>
 * <tr><td>what a key may do</td><td>{@link dev.backendmastery.security.apikey.Scopes}</td></tr>
 * <tr><td>finding keys that have leaked into texts</td><td>{@link dev.backendmastery.security.apikey.ApiKeyFormat}</td></tr>
 * </table>
 *
 * <p>Papers: GitHub, <i>Behind GitHub's new authentication token formats</i> (2021); RFC 6749, section 3.3 (scopes); OWASP ASVS 5.0, 11.4 and 13.3.
 */
@NullMarked
package dev.backendmastery.security.apikey;

import org.jspecify.annotations.NullMarked;
