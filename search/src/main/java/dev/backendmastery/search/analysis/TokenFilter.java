package dev.backendmastery.search.analysis;

/** A step of a chain: changes, drops or adds tokens. Safe for use by many threads; what one run needs to remember is in a {@link Step}. */
public interface TokenFilter {

    /**
     * Opens a step.
     *
     * @param next takes what this step lets through
     * @return a step for one thread at a time, which may be used again and again
     */
    Step open(TokenSink next);

    /** Returns name and parameters. */
    String fingerprint();

    /** Takes the tokens of one text after the other. */
    @FunctionalInterface
    interface Step extends TokenSink {

        /** Before a text; what is left of another that was broken off is to be forgotten. */
        default void begin() {}

        /** After a text: what was held back goes to the next step now. */
        default void end() {}
    }
}
