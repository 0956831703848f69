/** A URL shortener built from the blocks: {@code domain}, {@code application}, and adapters around them. */
@NullMarked
package dev.backendmastery.shortener;

import org.jspecify.annotations.NullMarked;
