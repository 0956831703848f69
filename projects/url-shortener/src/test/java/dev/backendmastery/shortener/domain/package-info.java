/** The rules of links. */
@NullMarked
package dev.backendmastery.shortener.domain;

import org.jspecify.annotations.NullMarked;
