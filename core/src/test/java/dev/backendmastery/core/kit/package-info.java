/** What proves that a contract kit bites. */
@NullMarked
package dev.backendmastery.core.kit;

import org.jspecify.annotations.NullMarked;
