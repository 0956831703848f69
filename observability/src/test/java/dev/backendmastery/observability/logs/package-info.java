@NullMarked
package dev.backendmastery.observability.logs;

import org.jspecify.annotations.NullMarked;
