/** The kit of the consumer, its proof, the logs it is run on, and the history of forced rebalances. */
@NullMarked
package dev.backendmastery.messaging.consumer;

import org.jspecify.annotations.NullMarked;
