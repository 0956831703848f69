/** The kit of the measures, and the proof that it bites. */
@NullMarked
package dev.backendmastery.search.relevance;

import org.jspecify.annotations.NullMarked;
