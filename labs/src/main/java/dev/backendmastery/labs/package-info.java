/**
 * Assignments that are graded by the kits of the library itself.
 *
 * <p>{@code ./lab} at the root of the repository starts {@link dev.backendmastery.labs.LabMain}.
 *
 * <table>
 * <caption>What is here</caption>
 * <tr><th>class</th><th>what it does</th></tr>
 * <tr><td>{@link dev.backendmastery.labs.LabMain}</td><td>the commands: list, start, test, race</td></tr>
 * <tr><td>{@code Grader}</td><td>compiles a solution and has its clauses run in another JVM, each within a bound</td></tr>
 * <tr><td>{@code ClauseRunner}</td><td>that other JVM</td></tr>
 * <tr><td>{@link dev.backendmastery.labs.RateLimiterLab}</td><td>the clauses of the rate limiter</td></tr>
 * <tr><td>{@link dev.backendmastery.labs.RateLimiterRace}</td><td>its race</td></tr>
 * </table>
 */
@NullMarked
package dev.backendmastery.labs;

import org.jspecify.annotations.NullMarked;
