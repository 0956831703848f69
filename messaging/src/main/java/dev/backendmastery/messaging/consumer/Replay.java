package dev.backendmastery.messaging.consumer;

/**
 * What a replay came to.
 *
 * @param replayed that were replayed now
 * @param before that match, and were replayed by an earlier one
 * @param heldBack that match, but an earlier one of their parked key does not, so that they would overtake it
 * @param gone whose payload was left where they came from, and is no longer there
 */
public record Replay(int replayed, int before, int heldBack, int gone) {}
