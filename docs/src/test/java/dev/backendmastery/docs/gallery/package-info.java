/** The gallery is executed, and its page is held to what came out. */
@NullMarked
package dev.backendmastery.docs.gallery;

import org.jspecify.annotations.NullMarked;
