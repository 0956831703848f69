package dev.backendmastery.benchmarks.search;

import dev.backendmastery.search.analysis.Analyzer;
import dev.backendmastery.search.analysis.TokenSink;

/** What stands between single blanks, as it is: so that both sides index the same terms and neither pays for more analysis. */
final class Words implements Analyzer {

    @Override
    public void analyze(CharSequence text, TokenSink sink) {
        String all = text.toString();
        char[] term = new char[all.length()];
        int start = 0;
        int size = all.length();
        while (start < size) {
            int blank = all.indexOf(' ', start);
            int end = blank < 0 ? size : blank;
            if (end > start) {
                all.getChars(start, end, term, 0);
                sink.token(term, end - start, start, end, 1, 1);
            }
            start = end + 1;
        }
    }

    @Override
    public String fingerprint() {
        return "words";
    }
}
