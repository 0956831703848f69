@NullMarked
package dev.backendmastery.security.session;

import org.jspecify.annotations.NullMarked;
