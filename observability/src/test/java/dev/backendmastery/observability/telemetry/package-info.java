@NullMarked
package dev.backendmastery.observability.telemetry;

import org.jspecify.annotations.NullMarked;
