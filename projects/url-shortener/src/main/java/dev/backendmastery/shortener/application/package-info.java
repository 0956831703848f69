/** The use cases, and the ports that they need. */
@NullMarked
package dev.backendmastery.shortener.application;

import org.jspecify.annotations.NullMarked;
