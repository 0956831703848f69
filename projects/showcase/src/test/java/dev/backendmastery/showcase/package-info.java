/** The showcase as a person sees it. */
@NullMarked
package dev.backendmastery.showcase;

import org.jspecify.annotations.NullMarked;
