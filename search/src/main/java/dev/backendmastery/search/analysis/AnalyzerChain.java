package dev.backendmastery.search.analysis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * A tokenizer and the filters after it.
 *
 * <p><b>Guarantee</b> (AN-1 to AN-11): any text ends in tokens that point into the text itself and whose positions go
 * forward; the same text gives the same tokens, in any thread and after any failure.
 *
 * <p><b>Threads</b>: immutable, any number may use it; each has a run of its own, kept for the next text.
 *
 * <p><b>Cost</b>: linear in the text. Nothing is allocated per token by the steps here; a run holds at most 64 KiB of text.
 *
 * <p><b>Not for</b> chains made anew for each text: the first text in each thread opens a run.
 *
 * <p><b>Source</b>: {@code AnalyzerContract} states each clause.
 */
public final class AnalyzerChain implements Analyzer {

    private static final TokenSink NOBODY = (term, length, start, end, increment, span) -> {};

    private final Tokenizer tokenizer;
    private final List<TokenFilter> filters;
    private final String fingerprint;
    private final ThreadLocal<Run> runs = ThreadLocal.withInitial(Run::new);

    AnalyzerChain(Tokenizer tokenizer, List<TokenFilter> filters) {
        this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
        this.filters = List.copyOf(filters);
        StringBuilder all = new StringBuilder(tokenizer.fingerprint());
        this.filters.forEach(filter -> all.append(" > ").append(filter.fingerprint()));
        fingerprint = all.toString();
    }

    /**
     * Makes this chain longer by a step.
     *
     * @param filter takes what this chain lets through
     * @return a longer chain; this one stays as it is
     */
    public AnalyzerChain then(TokenFilter filter) {
        List<TokenFilter> longer = new ArrayList<>(filters);
        longer.add(Objects.requireNonNull(filter, "filter"));
        return new AnalyzerChain(tokenizer, longer);
    }

    @Override
    public void analyze(CharSequence text, TokenSink sink) {
        Objects.requireNonNull(text, "text");
        Run run = runs.get();
        if (run.busy) {
            run = new Run(); // called from a sink of this very chain
        }
        run.read(text, Objects.requireNonNull(sink, "sink"));
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public String toString() {
        return fingerprint;
    }

    /** The steps of one thread, and whom the last of them tells. */
    private final class Run implements TokenSink {

        private final TokenFilter.Step[] steps;
        private final Tokenizer.Run head;
        private TokenSink sink = NOBODY;
        private boolean busy;

        Run() {
            List<TokenFilter.Step> opened = new ArrayList<>();
            TokenSink next = this;
            for (int i = filters.size() - 1; i >= 0; i--) {
                TokenFilter.Step step = filters.get(i).open(next);
                opened.add(step);
                next = step;
            }
            Collections.reverse(opened);
            steps = opened.toArray(new TokenFilter.Step[0]);
            head = tokenizer.open(next);
        }

        void read(CharSequence text, TokenSink to) {
            busy = true;
            sink = to;
            try {
                for (TokenFilter.Step step : steps) {
                    step.begin();
                }
                head.read(text);
                for (TokenFilter.Step step : steps) {
                    step.end();
                }
            } finally {
                sink = NOBODY;
                busy = false;
            }
        }

        @Override
        public void token(char[] term, int length, int start, int end, int increment, int span) {
            sink.token(term, length, start, end, increment, span);
        }
    }
}
