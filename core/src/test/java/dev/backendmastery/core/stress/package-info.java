/** What the memory model allows, tried by jcstress: outcomes are sentences. {@code StressTest} runs a short version. */
@NullMarked
package dev.backendmastery.core.stress;

import org.jspecify.annotations.NullMarked;
