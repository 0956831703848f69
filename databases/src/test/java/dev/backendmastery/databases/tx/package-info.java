/** The kit of the transactions and the proof that it bites, on a real server. */
@NullMarked
package dev.backendmastery.databases.tx;

import org.jspecify.annotations.NullMarked;
