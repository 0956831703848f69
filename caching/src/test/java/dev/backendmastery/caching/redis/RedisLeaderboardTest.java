package dev.backendmastery.caching.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.caching.redis.RedisLeaderboard.Standing;
import dev.backendmastery.core.kit.Kit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class RedisLeaderboardTest extends RedisLeaderboardContract {

    @Test
    void refusesBadSettings() {
        assertThrows(IllegalArgumentException.class, () -> new RedisLeaderboard(Shared.CLIENT, "a{b"));
        assertThrows(IllegalArgumentException.class, () -> new RedisLeaderboard(Shared.CLIENT, ""));
    }

    @Test
    @DisplayName("LB-1 any text may be a member")
    void names() {
        RedisLeaderboard board = new RedisLeaderboard(Shared.CLIENT, Shared.name());
        List<String> names = List.of("ä", "日本", " ", "\n\0", "{a}", "a:b", "0".repeat(100));
        names.forEach(name -> board.add(name, 1));
        assertEquals(names, board.top(10).stream().map(Standing::member).toList());
    }

    static final class TiesByName extends RedisLeaderboardContract {
        @Override
        protected Board create(String name) {
            return new Board(name) {
                @Override
                List<Standing> page(long first, int count) {
                    List<Standing> all = new ArrayList<>(super.page(1, 1_000));
                    if (all.size() > 19 || all.isEmpty() || all.get(0).score() > 100) {
                        return super.page(first, count);
                    }
                    all.sort((a, b) -> a.score() != b.score()
                            ? Long.compare(b.score(), a.score())
                            : b.member().compareTo(a.member()));
                    List<Standing> page = new ArrayList<>();
                    for (long i = first; i < first + count && i <= all.size(); i++) {
                        Standing at = all.get((int) i - 1);
                        page.add(new Standing(at.member(), at.score(), i));
                    }
                    return page;
                }
            };
        }
    }

    static final class MovesWhoStays extends RedisLeaderboardContract {
        @Override
        protected Board create(String name) {
            return new Board(name) {
                @Override
                void put(String member, long score) {
                    board.remove(member);
                    super.put(member, score);
                }
            };
        }
    }

    static final class IncrementsByReading extends RedisLeaderboardContract {
        @Override
        protected Board create(String name) {
            return new Board(name) {
                @Override
                long add(String member, long delta) {
                    long before = board.find(member).map(Standing::score).orElse(0L);
                    long sum = super.add(member, delta);
                    if (sum != before + delta) {
                        board.put(member, before + delta);
                    }
                    return sum;
                }
            };
        }
    }

    static final class PagesInTwoHalves extends RedisLeaderboardContract {
        @Override
        protected Board create(String name) {
            return new Board(name) {
                @Override
                List<Standing> page(long first, int count) {
                    if (count < 2 || count > 10_000) {
                        return super.page(first, count);
                    }
                    List<Standing> page = new ArrayList<>(super.page(first, count / 2));
                    page.addAll(super.page(first + count / 2, count - count / 2));
                    return page;
                }
            };
        }
    }

    static final class KeepsFiftyBits extends RedisLeaderboardContract {
        @Override
        protected Board create(String name) {
            return new Board(name) {
                @Override
                void put(String member, long score) {
                    super.put(member, score > 1L << 50 && score < 1L << 53 ? score & -8 : score);
                }
            };
        }
    }

    static final class Lowers extends RedisLeaderboardContract {
        @Override
        protected Board create(String name) {
            return new Board(name) {
                @Override
                boolean putIfHigher(String member, long score) {
                    board.put(member, score);
                    return true;
                }
            };
        }
    }

    @Test
    void convictsEach() {
        Kit.convicts(TiesByName.class, "LB-1");
        Kit.convicts(MovesWhoStays.class, "LB-1");
        Kit.convicts(IncrementsByReading.class, "LB-2");
        Kit.convicts(PagesInTwoHalves.class, "LB-3");
        Kit.convicts(KeepsFiftyBits.class, "LB-4");
        Kit.convicts(Lowers.class, "LB-5");
    }
}
