/** Tests of the launcher: every server for real, every fault, every way a JVM ends. */
@NullMarked
package dev.backendmastery.engines;

import org.jspecify.annotations.NullMarked;
