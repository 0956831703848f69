package dev.backendmastery.caching.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class GhostsTest {

    @Test
    void remembersTheLastOnesAndEachOnce() {
        Ghosts ghosts = new Ghosts(3);
        for (int hash = 1; hash <= 4; hash++) {
            ghosts.add(hash, Integer.MAX_VALUE);
        }
        assertFalse(ghosts.remove(1));
        assertTrue(ghosts.remove(2));
        assertFalse(ghosts.remove(2));
        assertEquals(2, ghosts.size());
    }

    @Test
    void isAQueueOfArrivalsInWhichTheLatestOfAHashCounts() {
        Random random = new Random(3);
        for (int capacity : new int[] {1, 2, 7, 100}) {
            Ghosts ghosts = new Ghosts(capacity);
            Deque<Integer> arrivals = new ArrayDeque<>(); // null is not allowed: what was removed is -1
            for (int i = 0; i < 20_000; i++) {
                int hash = random.nextInt(3 * capacity) * 64; // close together, so that gaps matter
                if (random.nextInt(3) == 0) {
                    assertEquals(arrivals.contains(hash), ghosts.remove(hash));
                    forget(arrivals, hash);
                } else {
                    ghosts.add(hash, Integer.MAX_VALUE);
                    forget(arrivals, hash);
                    arrivals.addLast(hash);
                    if (arrivals.size() > capacity) {
                        arrivals.removeFirst();
                    }
                }
            }
            ghosts.validate();
        }
    }

    private static void forget(Deque<Integer> arrivals, int hash) {
        int size = arrivals.size();
        for (int i = 0; i < size; i++) {
            int arrival = arrivals.removeFirst();
            arrivals.addLast(arrival == hash ? -1 : arrival);
        }
    }
}
