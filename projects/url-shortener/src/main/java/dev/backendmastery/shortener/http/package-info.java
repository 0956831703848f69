/** The use cases over HTTP. */
@NullMarked
package dev.backendmastery.shortener.http;

import org.jspecify.annotations.NullMarked;
