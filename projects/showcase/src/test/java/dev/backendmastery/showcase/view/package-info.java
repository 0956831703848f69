/** What is received and shown of the nodes, and how it goes wrong. */
@NullMarked
package dev.backendmastery.showcase.view;

import org.jspecify.annotations.NullMarked;
