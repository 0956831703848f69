package dev.backendmastery.patterns.idempotency;

import java.util.UUID;

/**
 * One of the tries to carry a command out.
 *
 * @param id the same in all attempts of a command: the key to hand on to whoever is asked, so that they can tell, too
 * @param number from 1 on; above 1 an earlier attempt threw or was not heard of again, and may have had its effect
 */
public record Attempt(UUID id, int number) {}
