/**
 * What stands between the open web and a handler: forged requests, other origins, headers, cookies, redirects, fetches, addresses, guessed passwords.
 *
 * <table>
 * <caption>What for what</caption>
 * <tr><th>for</th><th>take</th></tr>
 * <tr><td>requests that another site makes in a user's name</td><td>{@link dev.backendmastery.security.web.CsrfPolicy}, {@link dev.backendmastery.security.web.CsrfTokens}</td></tr>
 * <tr><td>scripts of other origins that may read answers</td><td>{@link dev.backendmastery.security.web.CorsPolicy}</td></tr>
 * <tr><td>what a browser may do with a page</td><td>{@link dev.backendmastery.security.web.SecurityHeaders}</td></tr>
 * <tr><td>cookies, written and read</td><td>{@link dev.backendmastery.security.web.SetCookie}, {@link dev.backendmastery.security.web.Cookies}</td></tr>
 * <tr><td>where a user is sent</td><td>{@link dev.backendmastery.security.web.RedirectGuard}</td></tr>
 * <tr><td>what a server fetches</td><td>{@link dev.backendmastery.security.web.SsrfGuard}, {@link dev.backendmastery.security.web.PublicAddresses}</td></tr>
 * <tr><td>who is calling, behind proxies</td><td>{@link dev.backendmastery.security.web.ClientAddress}</td></tr>
 * <tr><td>guessed passwords</td><td>{@link dev.backendmastery.security.web.LoginThrottle}</td></tr>
 * <tr><td>most of it on a Javalin server</td><td>{@link dev.backendmastery.security.web.JavalinGuard}; all others know no framework</td></tr>
 * </table>
 *
 * <p>Sources: RFC 6265bis, RFC 6454, RFC 6797, RFC 7239, RFC 8252, RFC 9700; the Fetch and URL standards of WHATWG; CSP Level 3; IANA's registries of special-purpose
 * addresses; OWASP's cheat sheets and ASVS 5.0, V3.
 */
@NullMarked
package dev.backendmastery.security.web;

import org.jspecify.annotations.NullMarked;
