/** The grader, graded. */
@NullMarked
package dev.backendmastery.labs;

import org.jspecify.annotations.NullMarked;
