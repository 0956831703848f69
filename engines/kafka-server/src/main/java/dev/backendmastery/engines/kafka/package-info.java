/** A Kafka broker in a JVM of its own; the launcher forks it. */
@NullMarked
package dev.backendmastery.engines.kafka;

import org.jspecify.annotations.NullMarked;
