/** The kit of inboxes, its proof, and what is run through it. */
@NullMarked
package dev.backendmastery.patterns.inbox;

import org.jspecify.annotations.NullMarked;
