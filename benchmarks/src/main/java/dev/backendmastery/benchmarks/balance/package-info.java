/** Load balancers in a simulated fleet, and what a pick costs. */
@NullMarked
package dev.backendmastery.benchmarks.balance;

import org.jspecify.annotations.NullMarked;
