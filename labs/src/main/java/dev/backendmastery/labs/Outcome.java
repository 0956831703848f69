package dev.backendmastery.labs;

/** How a clause ended. */
sealed interface Outcome {

    /** It held. */
    record Passed() implements Outcome {}

    /** It did not, and {@code evidence} is the counterexample. */
    record Failed(String evidence) implements Outcome {}

    /** It was still running at its bound, {@code evidence} says where. */
    record TimedOut(String evidence) implements Outcome {}

    /** It was not tried, because of what came before. */
    record NotRun(String reason) implements Outcome {}
}
