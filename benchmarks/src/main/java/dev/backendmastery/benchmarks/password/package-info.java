/** What a password costs. */
@NullMarked
package dev.backendmastery.benchmarks.password;

import org.jspecify.annotations.NullMarked;
