package dev.backendmastery.search.analysis;

/** Where a chain begins: cuts a text into tokens. Safe for use by many threads; what one run needs to remember is in a {@link Run}. */
public interface Tokenizer {

    /**
     * Opens a run.
     *
     * @param next takes what a run cuts
     * @return a run for one thread at a time, which may be used again and again
     */
    Run open(TokenSink next);

    /** Returns name and parameters. */
    String fingerprint();

    /** Cuts texts, one after the other. */
    interface Run {

        /**
         * Cuts one text.
         *
         * @param text any sequence of UTF-16 units, well formed or not
         */
        void read(CharSequence text);
    }
}
