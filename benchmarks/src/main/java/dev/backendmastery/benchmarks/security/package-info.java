/** Races of security's blocks. */
@NullMarked
package dev.backendmastery.benchmarks.security;

import org.jspecify.annotations.NullMarked;
