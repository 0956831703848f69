/** The kit of leases on PostgreSQL. */
@NullMarked
package dev.backendmastery.databases.lease;

import org.jspecify.annotations.NullMarked;
