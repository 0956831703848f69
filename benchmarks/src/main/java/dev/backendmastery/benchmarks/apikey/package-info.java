/** What a key costs. */
@NullMarked
package dev.backendmastery.benchmarks.apikey;

import org.jspecify.annotations.NullMarked;
