/**
 * Signed tokens: made, believed, taken back.
 *
 * <table>
 * <caption>What for what</caption>
 * <tr><th>for</th><th>take</th></tr>
 * <tr><td>making tokens</td><td>{@link dev.backendmastery.security.token.TokenIssuer}</td></tr>
 * <tr><td>believing them</td><td>{@link dev.backendmastery.security.token.TokenVerifier}</td></tr>
 * <tr><td>keys that one has</td><td>{@link dev.backendmastery.security.token.TokenKeys}</td></tr>
 * <tr><td>keys that an issuer publishes</td><td>{@link dev.backendmastery.security.token.JwksSource}</td></tr>
 * <tr><td>taking tokens back</td><td>{@link dev.backendmastery.security.token.Revocations}</td></tr>
 * <tr><td>hiding what they say</td><td>{@link dev.backendmastery.security.token.TokenSeal}</td></tr>
 * </table>
 *
 * <p>Papers: RFC 7515 to 7519, RFC 8037, RFC 8725 (<i>JSON Web Token Best Current Practices</i>), RFC 9068; OWASP ASVS 5.0, V9.
 */
@NullMarked
package dev.backendmastery.security.token;

import org.jspecify.annotations.NullMarked;
