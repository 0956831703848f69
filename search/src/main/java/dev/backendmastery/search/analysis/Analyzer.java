package dev.backendmastery.search.analysis;

import java.util.ArrayList;
import java.util.List;

/** Turns a text into the terms that an index keeps and a query asks for. */
public interface Analyzer {

    /**
     * Pushes the tokens of a text in the order of their positions.
     *
     * @param text any sequence of UTF-16 units, well formed or not
     * @param sink takes each token; what it throws ends the analysis and leaves this analyzer as it was
     */
    void analyze(CharSequence text, TokenSink sink);

    /**
     * Begins a chain.
     *
     * @param tokenizer where the chain begins
     * @return a chain without filters; {@link AnalyzerChain#then} makes it longer
     */
    static AnalyzerChain of(Tokenizer tokenizer) {
        return new AnalyzerChain(tokenizer, List.of());
    }

    /** Returns what this chain does, by name and parameters: two chains with one fingerprint give the same tokens. */
    String fingerprint();

    /**
     * Collects the tokens of a text.
     *
     * @param text any sequence of UTF-16 units
     * @return its tokens, their positions counted from 0
     */
    default List<Token> tokens(CharSequence text) {
        List<Token> tokens = new ArrayList<>();
        int[] position = {-1};
        analyze(text, (term, length, start, end, increment, span) -> {
            position[0] += increment;
            tokens.add(new Token(new String(term, 0, length), start, end, position[0], span));
        });
        return tokens;
    }
}
