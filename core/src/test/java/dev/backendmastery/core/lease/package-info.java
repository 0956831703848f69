/** The kits of leases, and what they are shown to find. */
@NullMarked
package dev.backendmastery.core.lease;

import org.jspecify.annotations.NullMarked;
