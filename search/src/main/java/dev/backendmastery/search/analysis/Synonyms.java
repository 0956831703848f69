package dev.backendmastery.search.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Adds to a query what else may be meant, words for phrases and phrases for words. What comes out is a graph: a token goes from its
 * position to its position and span, and each way from the first position to the last says the query once.
 * {@code ny pizza} becomes {@code ny} over two positions beside {@code new} and {@code york}, then {@code pizza}: nobody
 * asks for {@code york pizza} alone. The longest phrase at each place counts; a phrase over a hole that {@link StopWords} has left does
 * not. {@link TokenGraph} lists the ways.
 *
 * <p><b>Threads</b>: immutable. <b>Cost</b>: keeps the text's tokens until its end.
 *
 * <p><b>Not for</b> the index, which keeps no spans; nor twice in a chain. Last in the chain that {@code analyzer} is.
 */
public final class Synonyms implements TokenFilter {

    private final Node root;
    private final String digest;

    private Synonyms(Node root, String digest) {
        this.root = root;
        this.digest = digest;
    }

    /**
     * Begins a list of rules.
     *
     * @param analyzer makes terms of the phrases: the chain before this step
     */
    public static Builder analyzedBy(Analyzer analyzer) {
        return new Builder(Objects.requireNonNull(analyzer, "analyzer"));
    }

    @Override
    public Step open(TokenSink next) {
        return new Expanding(root, next);
    }

    @Override
    public String fingerprint() {
        return "synonyms(" + digest + ")";
    }

    /** Collects rules. For one thread. */
    public static final class Builder {

        private final Analyzer analyzer;
        private final Node root = new Node();
        private final Set<String> rules = new TreeSet<>();

        private Builder(Analyzer analyzer) {
            this.analyzer = analyzer;
        }

        /**
         * Phrases that mean the same.
         *
         * @param phrases each finds what the others find
         * @return this
         * @throws IllegalArgumentException if one has no terms
         */
        public Builder same(String... phrases) {
            List<List<String>> all = new ArrayList<>();
            for (String phrase : phrases) {
                all.add(terms(phrase));
            }
            for (List<String> from : all) {
                for (List<String> to : all) {
                    add(from, to);
                }
            }
            return this;
        }

        /**
         * A phrase that means others too.
         *
         * @param phrase finds what the others find, and they do not find what it does
         * @return this
         * @throws IllegalArgumentException if one has no terms
         */
        public Builder also(String phrase, String... others) {
            List<String> from = terms(phrase);
            List<List<String>> all = new ArrayList<>();
            for (String other : others) {
                all.add(terms(other));
            }
            all.forEach(to -> add(from, to));
            return this;
        }

        /** Returns the rules so far. */
        public Synonyms build() {
            return new Synonyms(root.copy(), Terms.digest(String.join("\n", rules)));
        }

        private void add(List<String> from, List<String> to) {
            if (!from.equals(to)) {
                Node node = root;
                for (String term : from) {
                    node = node.next.computeIfAbsent(term, any -> new Node());
                }
                node.others.add(to);
                rules.add(String.join(" ", from) + " > " + String.join(" ", to));
            }
        }

        private List<String> terms(String phrase) {
            List<String> terms =
                    analyzer.tokens(phrase).stream().map(Token::term).toList();
            if (terms.isEmpty()) {
                throw new IllegalArgumentException("a phrase must have terms, \"" + phrase + "\" has none");
            }
            return terms;
        }
    }

    private static final class Node {

        private final Map<String, Node> next = new HashMap<>();
        private final Set<List<String>> others = new LinkedHashSet<>();

        Node copy() {
            Node copy = new Node();
            next.forEach((term, node) -> copy.next.put(term, node.copy()));
            copy.others.addAll(others);
            return copy;
        }
    }

    private record Held(String term, int start, int end, int increment, int span) {}

    private static final class Expanding implements Step {

        private final Node root;
        private final TokenSink next;
        private final List<Held> held = new ArrayList<>();

        /** Where a token goes whose increment is 1. */
        private int position;

        private int last;

        Expanding(Node root, TokenSink next) {
            this.root = root;
            this.next = next;
        }

        @Override
        public void begin() {
            held.clear();
            position = 0;
            last = -1;
        }

        @Override
        public void token(char[] term, int length, int start, int end, int increment, int span) {
            held.add(new Held(new String(term, 0, length), start, end, increment, span));
        }

        @Override
        public void end() {
            for (int at = 0; at < held.size(); ) {
                int end = at;
                Node found = null;
                Node node = root.next.get(held.get(at).term());
                for (int i = at; node != null; node = follow(node, i)) {
                    i++;
                    if (!node.others.isEmpty()) {
                        found = node;
                        end = i;
                    }
                }
                if (found == null) {
                    Held token = held.get(at);
                    emit(token.term(), token.start(), token.end(), position + token.increment() - 1, token.span());
                    position = last + 1;
                    at++;
                } else {
                    expand(held.subList(at, end), found.others);
                    at = end;
                }
            }
            held.clear();
        }

        private @Nullable Node follow(Node node, int at) {
            if (at >= held.size()) {
                return null;
            }
            Held token = held.get(at);
            return token.increment() == 1 && token.span() == 1 ? node.next.get(token.term()) : null;
        }

        private void expand(List<Held> said, Set<List<String>> others) {
            int from = position + said.get(0).increment() - 1;
            int width = said.size();
            for (List<String> other : others) {
                width += other.size() - 1;
            }
            int start = said.get(0).start();
            int end = said.get(said.size() - 1).end();
            List<Token> tokens = new ArrayList<>();
            int inner = from + 1;
            for (int i = 0; i < said.size(); i++) {
                Held token = said.get(i);
                tokens.add(place(token.term(), token.start(), token.end(), i, said.size(), from, inner, width));
            }
            inner += said.size() - 1;
            for (List<String> other : others) {
                for (int i = 0; i < other.size(); i++) {
                    tokens.add(place(other.get(i), start, end, i, other.size(), from, inner, width));
                }
                inner += other.size() - 1;
            }
            tokens.sort(Comparator.comparingInt(Token::position));
            tokens.forEach(token -> emit(token.term(), token.start(), token.end(), token.position(), token.span()));
            position = from + width;
        }

        /** The {@code i}-th of a way's {@code size} tokens; between its ends it has positions of its own from {@code inner} on. */
        private static Token place(String term, int start, int end, int i, int size, int from, int inner, int width) {
            int begin = i == 0 ? from : inner + i - 1;
            int finish = i == size - 1 ? from + width : inner + i;
            return new Token(term, start, end, begin, finish - begin);
        }

        private void emit(String term, int start, int end, int at, int span) {
            next.token(term.toCharArray(), term.length(), start, end, at - last, span);
            last = at;
        }
    }
}
