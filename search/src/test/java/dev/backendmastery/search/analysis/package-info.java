/** The kits of the analyzers, and the proof that they bite. */
@NullMarked
package dev.backendmastery.search.analysis;

import org.jspecify.annotations.NullMarked;
