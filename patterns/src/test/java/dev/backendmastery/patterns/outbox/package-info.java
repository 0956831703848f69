@NullMarked
package dev.backendmastery.patterns.outbox;

import org.jspecify.annotations.NullMarked;
