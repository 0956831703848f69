/** The ports on PostgreSQL. */
@NullMarked
package dev.backendmastery.shortener.postgres;

import org.jspecify.annotations.NullMarked;
