package dev.backendmastery.search.analysis;

/**
 * Cuts English words down to what their forms have in common: {@code connection}, {@code connected} and {@code connects} are
 * {@code connect}. The algorithm is Porter2 as Snowball 3.0 defines it. Terms are to be folded before; other languages' words come
 * out cut too.
 *
 * <p><b>Guarantee</b> (ST-1 to ST-4): the definition's stem for each word; never longer than the word, never empty.
 *
 * <p><b>Threads</b>: immutable. <b>Cost</b>: linear in the word, in place.
 *
 * <p><b>Source</b>: Porter, <i>The English (Porter2) stemming algorithm</i>, snowballstem.org.
 */
public final class EnglishStemmer implements TokenFilter {

    @Override
    public Step open(TokenSink next) {
        Porter2 porter = new Porter2();
        return (term, length, start, end, increment, span) ->
                next.token(term, porter.stem(term, length), start, end, increment, span);
    }

    @Override
    public String fingerprint() {
        return "porter2(3.0)";
    }
}
