/**
 * Whether a process lives, has started, and may be sent work: three questions, and only the last two ask others.
 *
 * <table>
 * <caption>What for what</caption>
 * <tr><th>for</th><th>take</th></tr>
 * <tr><td>the answers</td><td>{@link dev.backendmastery.observability.health.Health}</td></tr>
 * <tr><td>one thing that is needed</td><td>{@link dev.backendmastery.observability.health.HealthCheck}</td></tr>
 * <tr><td>what is shown of them</td><td>{@link dev.backendmastery.observability.health.HealthReport}</td></tr>
 * </table>
 *
 * <p>Papers: Kubernetes, <i>Configure Liveness, Readiness and Startup Probes</i>; Hunt, <i>Implementing health checks</i> (Amazon Builders' Library).
 */
@NullMarked
package dev.backendmastery.observability.health;

import org.jspecify.annotations.NullMarked;
