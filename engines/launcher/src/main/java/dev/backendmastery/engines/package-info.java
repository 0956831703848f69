/**
 * Real servers for tests, demos and benchmarks, on a machine with a JDK and Maven only; and the faults to put them
 * through.
 *
 * <p>Start at {@link dev.backendmastery.engines.Engines}: the shared servers of this JVM, started once, or the user's own
 * servers named by environment variables. A test that needs a server of its own settings, or that breaks its server,
 * starts a private one: {@link dev.backendmastery.engines.Postgres#builder()},
 * {@link dev.backendmastery.engines.Redis#builder()}.
 *
 * <p>Every server is a process of its own on a random loopback port, its data under one temporary folder of this JVM. A
 * shell that waits at the other end of a pipe ends the processes and removes the folder when this JVM ends in any way,
 * {@code kill -9} included.
 */
@NullMarked
package dev.backendmastery.engines;

import org.jspecify.annotations.NullMarked;
