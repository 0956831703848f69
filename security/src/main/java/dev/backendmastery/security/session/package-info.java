/**
 * Who is signed in, where, and until when: refresh tokens that are replaced each time they are used.
 *
 * <table>
 * <caption>What for what</caption>
 * <tr><th>for</th><th>take</th></tr>
 * <tr><td>signing in, refreshing, signing out</td><td>{@link dev.backendmastery.security.session.Sessions}</td></tr>
 * <tr><td>one process, tests</td><td>{@link dev.backendmastery.security.session.InMemorySessionStore}</td></tr>
 * <tr><td>several processes, restarts</td><td>{@link dev.backendmastery.security.session.PostgresSessionStore}</td></tr>
 * </table>
 *
 * <p>Papers: RFC 6819, section 5.2.2.3; RFC 9700, section 4.14.2 (<i>Best Current Practice for OAuth 2.0 Security</i>); OWASP ASVS 5.0, V7 and 10.4.
 */
@NullMarked
package dev.backendmastery.security.session;

import org.jspecify.annotations.NullMarked;
