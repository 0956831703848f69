/** Links by their words: an index that follows the store. */
@NullMarked
package dev.backendmastery.shortener.search;

import org.jspecify.annotations.NullMarked;
