/** The rules of the house, as tests. */
@NullMarked
package dev.backendmastery.docs.house;

import org.jspecify.annotations.NullMarked;
