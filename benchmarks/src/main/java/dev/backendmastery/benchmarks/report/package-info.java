/** Result files, the page made of them, and the check that every number stands in one. */
@NullMarked
package dev.backendmastery.benchmarks.report;

import org.jspecify.annotations.NullMarked;
