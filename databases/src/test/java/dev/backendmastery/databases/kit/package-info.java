@NullMarked
package dev.backendmastery.databases.kit;

import org.jspecify.annotations.NullMarked;
