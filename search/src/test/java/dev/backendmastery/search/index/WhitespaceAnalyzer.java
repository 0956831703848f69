package dev.backendmastery.search.index;

import dev.backendmastery.search.analysis.Analyzer;
import dev.backendmastery.search.analysis.TokenSink;
import java.util.Arrays;

/** Terms are what stands between white space, ASCII letters in lower case. */
public final class WhitespaceAnalyzer implements Analyzer {

    @Override
    public void analyze(CharSequence text, TokenSink sink) {
        char[] term = new char[16];
        int length = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ' ';
            if (c != ' ' && c != '\n' && c != '\t') {
                if (length == term.length) {
                    term = Arrays.copyOf(term, 2 * length);
                }
                term[length++] = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
            } else if (length > 0) {
                sink.token(term, length, i - length, i, 1, 1);
                length = 0;
            }
        }
    }

    @Override
    public String fingerprint() {
        return "whitespace";
    }
}
