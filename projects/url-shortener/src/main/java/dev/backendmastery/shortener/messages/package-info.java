/** What leaves a node as messages and comes back as counts: an outbox, a log, an inbox. */
@NullMarked
package dev.backendmastery.shortener.messages;

import org.jspecify.annotations.NullMarked;
