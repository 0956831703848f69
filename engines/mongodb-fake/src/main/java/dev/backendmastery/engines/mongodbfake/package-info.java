/** A fake of MongoDB in a JVM of its own; the launcher forks it. */
@NullMarked
package dev.backendmastery.engines.mongodbfake;

import org.jspecify.annotations.NullMarked;
