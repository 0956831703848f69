@NullMarked
package dev.backendmastery.observability.metrics;

import org.jspecify.annotations.NullMarked;
