/** The kit of the index, and the tests of the one in this process. */
@NullMarked
package dev.backendmastery.search.index;

import org.jspecify.annotations.NullMarked;
