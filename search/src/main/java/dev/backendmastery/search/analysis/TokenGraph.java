package dev.backendmastery.search.analysis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** What a query with {@link Synonyms} says. */
public final class TokenGraph {

    private TokenGraph() {}

    /**
     * The ways through a graph, each a list of tokens of which the next begins where the one before ends; over a position that no token
     * begins at, a way goes on at the next one that has some.
     *
     * @param tokens of one text
     * @param most how many ways to list, at least 1
     * @return in the order of the tokens; one that is empty if there are no tokens
     * @throws IllegalArgumentException if there are more ways than {@code most}
     */
    public static List<List<Token>> paths(List<Token> tokens, int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most must be at least 1, was " + most);
        }
        List<List<Token>> paths = new ArrayList<>();
        walk(tokens, 0, new ArrayDeque<>(), paths, most);
        return Collections.unmodifiableList(paths);
    }

    private static void walk(List<Token> tokens, int from, Deque<Token> path, List<List<Token>> paths, int most) {
        int position = Integer.MAX_VALUE;
        for (Token token : tokens) {
            if (token.position() >= from) {
                position = Math.min(position, token.position());
            }
        }
        if (position == Integer.MAX_VALUE) {
            if (paths.size() == most) {
                throw new IllegalArgumentException("there are more ways than most, which is " + most);
            }
            paths.add(List.copyOf(path));
            return;
        }
        for (Token token : tokens) {
            if (token.position() == position) {
                path.addLast(token);
                walk(tokens, position + token.span(), path, paths, most);
                path.removeLast();
            }
        }
    }
}
