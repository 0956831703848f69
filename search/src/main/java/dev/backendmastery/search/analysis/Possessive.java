package dev.backendmastery.search.analysis;

/**
 * Takes the {@code 's} off English words, with any of the three apostrophes that are typed for it: {@code Porter's} is found
 * by {@code Porter}. Before {@link StopWords} and {@link EnglishStemmer}.
 *
 * <p><b>Threads</b>: immutable. <b>Cost</b>: constant.
 */
public final class Possessive implements TokenFilter {

    @Override
    public Step open(TokenSink next) {
        return (term, length, start, end, increment, span) ->
                next.token(term, without(term, length), start, end, increment, span);
    }

    @Override
    public String fingerprint() {
        return "possessive";
    }

    private static int without(char[] term, int length) {
        if (length < 3 || (term[length - 1] != 's' && term[length - 1] != 'S')) {
            return length;
        }
        char mark = term[length - 2];
        return mark == '\'' || mark == '\u2019' || mark == '\uFF07' ? length - 2 : length;
    }
}
