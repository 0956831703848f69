/** What a link is and may point to; no framework, no database, no clock but the one that is handed in. */
@NullMarked
package dev.backendmastery.shortener.domain;

import org.jspecify.annotations.NullMarked;
