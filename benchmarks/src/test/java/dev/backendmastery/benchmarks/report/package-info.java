/** The report and its check. */
@NullMarked
package dev.backendmastery.benchmarks.report;

import org.jspecify.annotations.NullMarked;
