/** The kits of the generators and of the short codes, and the proof that they bite. */
@NullMarked
package dev.backendmastery.core.id;

import org.jspecify.annotations.NullMarked;
