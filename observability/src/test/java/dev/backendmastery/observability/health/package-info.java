@NullMarked
package dev.backendmastery.observability.health;

import org.jspecify.annotations.NullMarked;
