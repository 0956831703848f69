package dev.backendmastery.search.analysis;

/** Takes the tokens of a text; each filter of a chain is one, in front of the next. */
@FunctionalInterface
public interface TokenSink {

    /**
     * Takes one token.
     *
     * @param term the term's UTF-16 units, the first {@code length} of them; valid during the call alone, and the callee may
     *     overwrite them
     * @param length how many units, at least 1
     * @param start where in the original text the token begins, in UTF-16 units
     * @param end where it ends, exclusive; {@code start < end <= text.length()}
     * @param increment how many positions after the token before; 0 stands at the same position
     * @param span how many positions it covers, at least 1; more for a word that stands for several
     */
    void token(char[] term, int length, int start, int end, int increment, int span);
}
