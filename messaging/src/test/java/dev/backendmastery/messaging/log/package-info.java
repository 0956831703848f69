/** The kit of the log, its proof, and the logs that are held to it. */
@NullMarked
package dev.backendmastery.messaging.log;

import org.jspecify.annotations.NullMarked;
