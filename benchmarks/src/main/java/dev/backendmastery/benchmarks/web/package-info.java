/** Races of what stands between the web and a handler. */
@NullMarked
package dev.backendmastery.benchmarks.web;

import org.jspecify.annotations.NullMarked;
