package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.caching.redis.RedisLeaderboard.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.UnifiedJedis;

/** What a leaderboard must hold; LB-6 is among the faults. */
@DisplayName("A leaderboard")
@Timeout(30)
abstract class RedisLeaderboardContract {

    /** {@link RedisLeaderboard}, each method of which a planted fault may get wrong. */
    static class Board {
        final String name;
        final RedisLeaderboard board;

        Board(String name) {
            this(name, Shared.CLIENT);
        }

        Board(String name, UnifiedJedis redis) {
            this.name = name;
            board = new RedisLeaderboard(redis, name);
        }

        long add(String member, long delta) {
            return board.add(member, delta);
        }

        void put(String member, long score) {
            board.put(member, score);
        }

        boolean putIfHigher(String member, long score) {
            return board.putIfHigher(member, score);
        }

        List<Standing> page(long first, int count) {
            return board.page(first, count);
        }

        List<Standing> around(String member, int each) {
            return board.around(member, each);
        }
    }

    private final Board board = create(Shared.name());

    protected Board create(String name) {
        return new Board(name);
    }

    /** A member of the model: its score, and when it reached it. */
    private record Reached(long score, long at) {}

    private static List<Standing> ranked(Map<String, Reached> model) {
        List<Map.Entry<String, Reached>> order = new ArrayList<>(model.entrySet());
        order.sort(Comparator.<Map.Entry<String, Reached>>comparingLong(
                        entry -> -entry.getValue().score())
                .thenComparingLong(entry -> entry.getValue().at()));
        List<Standing> standings = new ArrayList<>();
        for (Map.Entry<String, Reached> entry : order) {
            standings.add(new Standing(entry.getKey(), entry.getValue().score(), standings.size() + 1));
        }
        return standings;
    }

    @Test
    @DisplayName("LB-1 ranks as a model does, equal scores by who reached them first")
    void model() {
        Map<String, Reached> model = new HashMap<>();
        Random random = new Random(5);
        for (int i = 0; i < 1_500; i++) {
            String member = "m" + random.nextInt(40);
            long score = random.nextInt(7) - 3L;
            Reached before = model.get(member);
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    long sum = score + (before == null ? 0 : before.score());
                    assertEquals(sum, board.add(member, score));
                    set(model, member, sum, i);
                }
                case 2 -> {
                    board.put(member, score);
                    set(model, member, score, i);
                }
                case 3 -> assertEquals(before != null, board.board.remove(member) && model.remove(member) != null);
                default -> {
                    List<Standing> all = ranked(model);
                    Optional<Standing> place = all.stream()
                            .filter(standing -> standing.member().equals(member))
                            .findFirst();
                    assertEquals(place, board.board.find(member));
                    int first = 1 + random.nextInt(20);
                    int count = 1 + random.nextInt(20);
                    assertEquals(all.stream().skip(first - 1).limit(count).toList(), board.page(first, count));
                    int each = random.nextInt(4);
                    assertEquals(
                            place.map(me -> all.stream()
                                            .filter(other -> Math.abs(other.rank() - me.rank()) <= each)
                                            .toList())
                                    .orElse(List.of()),
                            board.around(member, each));
                }
            }
        }
        assertEquals(ranked(model), board.board.top(100));
        assertEquals(model.size(), board.board.size());
    }

    private static void set(Map<String, Reached> model, String member, long score, long at) {
        Reached before = model.get(member);
        if (before == null || before.score() != score) {
            model.put(member, new Reached(score, at));
        }
    }

    @Test
    @DisplayName("LB-2 loses none of simultaneous increments")
    void atomic() {
        CompletableFuture<?>[] all = new CompletableFuture<?>[4];
        for (int t = 0; t < all.length; t++) {
            all[t] = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 200; i++) {
                    board.add("m" + i % 2, 1);
                }
            });
        }
        CompletableFuture.allOf(all).join();
        assertEquals(
                Map.of("m0", 400L, "m1", 400L),
                board.page(1, 10).stream().collect(Collectors.toMap(Standing::member, Standing::score)));
    }

    @Test
    @DisplayName("LB-3 shows a page and a neighbourhood as of one moment, while others move")
    void snapshot() {
        for (int i = 0; i < 20; i++) {
            board.put("m" + i, i);
        }
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<?> mover = CompletableFuture.runAsync(() -> {
            for (long i = 0; !stop.get(); i++) {
                board.board.put("m" + i % 20, 20 + i);
            }
        });
        try {
            for (int i = 0; i < 200; i++) {
                List<Standing> page = board.page(1, 20);
                assertEquals(20, page.stream().map(Standing::member).distinct().count());
                List<Standing> near = board.around("m7", 3);
                for (int j = 1; j < near.size(); j++) {
                    assertTrue(near.get(j - 1).score() > near.get(j).score(), near::toString);
                    assertEquals(near.get(j - 1).rank() + 1, near.get(j).rank());
                }
                assertTrue(near.stream().anyMatch(standing -> standing.member().equals("m7")), near::toString);
            }
        } finally {
            stop.set(true);
            mover.join();
        }
    }

    @Test
    @DisplayName("LB-4 is exact to 2^53 either way, and refuses to go beyond")
    void range() {
        long most = RedisLeaderboard.MOST;
        board.put("b", most - 1);
        board.put("a", most - 1);
        board.put("c", most - 2);
        board.put("d", -most);
        board.put("e", 1 - most);
        assertEquals(
                List.of(
                        new Standing("b", most - 1, 1),
                        new Standing("a", most - 1, 2),
                        new Standing("c", most - 2, 3),
                        new Standing("e", 1 - most, 4),
                        new Standing("d", -most, 5)),
                board.page(1, 10));
        assertEquals(most, board.add("a", 1));
        assertThrows(RedisUnavailableException.class, () -> board.add("a", 1));
        assertThrows(RedisUnavailableException.class, () -> board.add("d", -1));
        assertEquals(new Standing("a", most, 1), board.page(1, 1).get(0));
        assertThrows(IllegalArgumentException.class, () -> board.put("a", most + 1));
        assertThrows(IllegalArgumentException.class, () -> board.add("a", -most - 1));
        assertThrows(IllegalArgumentException.class, () -> board.put("", 1));
        assertThrows(IllegalArgumentException.class, () -> board.page(0, 1));
        assertThrows(IllegalArgumentException.class, () -> board.page(1, 10_001));
        assertThrows(IllegalArgumentException.class, () -> board.around("a", -1));
        assertEquals(List.of(), board.page(most, 1));
    }

    @Test
    @DisplayName(
            "LB-5 raises and does not lower what is to be the highest, and keeps the place of who ties with themself")
    void highest() {
        assertTrue(board.putIfHigher("b", 10));
        assertTrue(board.putIfHigher("a", 10));
        assertFalse(board.putIfHigher("b", 9));
        assertFalse(board.putIfHigher("b", 10));
        assertEquals(new Standing("b", 10, 1), board.page(1, 1).get(0));
        assertTrue(board.putIfHigher("a", 11));
        assertEquals(new Standing("a", 11, 1), board.page(1, 1).get(0));
        assertTrue(board.putIfHigher("c", -5));
    }
}
