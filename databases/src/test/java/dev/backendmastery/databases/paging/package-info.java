/** The kit of the pagers and the proof that it bites, on a real server. */
@NullMarked
package dev.backendmastery.databases.paging;

import org.jspecify.annotations.NullMarked;
