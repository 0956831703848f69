/** Text into terms. */
@NullMarked
package dev.backendmastery.search.analysis;

import org.jspecify.annotations.NullMarked;
