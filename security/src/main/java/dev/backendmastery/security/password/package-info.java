/**
 * Passwords: hashed slowly, compared in constant time, made anew when better hashes are wanted.
 *
 * <table>
 * <caption>What for what</caption>
 * <tr><th>for</th><th>take</th></tr>
 * <tr><td>hashing and verifying</td><td>{@link dev.backendmastery.security.password.PasswordHasher}, made by
 *     {@link dev.backendmastery.security.password.SchemeHasher}</td></tr>
 * <tr><td>new passwords, where nothing speaks against it</td><td>{@link dev.backendmastery.security.password.PasswordScheme.Argon2id}</td></tr>
 * <tr><td>where only FIPS's primitives may be used</td><td>{@link dev.backendmastery.security.password.PasswordScheme.Pbkdf2}</td></tr>
 * <tr><td>hashes that others have made</td><td>{@link dev.backendmastery.security.password.PasswordScheme.Bcrypt},
 *     {@link dev.backendmastery.security.password.PasswordScheme.Scrypt}; renewed when somebody signs in</td></tr>
 * <tr><td>signing in and changing a password</td><td>{@link dev.backendmastery.security.password.PasswordSignIn} over a
 *     {@link dev.backendmastery.security.password.PasswordStore}</td></tr>
 * <tr><td>what a new password must be like</td><td>{@link dev.backendmastery.security.password.PasswordPolicy},
 *     {@link dev.backendmastery.security.password.BreachedPasswords}</td></tr>
 * <tr><td>how many hashes at a time</td><td>{@link dev.backendmastery.security.password.HashGate}</td></tr>
 * <tr><td>a secret that is not in the database</td><td>{@link dev.backendmastery.security.password.Peppers}</td></tr>
 * </table>
 *
 * <p>Papers: RFC 9106 (<i>Argon2</i>), RFC 7914 (<i>scrypt</i>), RFC 8018 (PBKDF2), Provos and Mazières, <i>A Future-Adaptable Password Scheme</i>
 * (1999), RFC 8265 (PRECIS); NIST SP 800-63B-4; OWASP ASVS 5.0, V6 and V11.4.
 */
@NullMarked
package dev.backendmastery.security.password;

import org.jspecify.annotations.NullMarked;
