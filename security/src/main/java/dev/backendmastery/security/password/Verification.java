package dev.backendmastery.security.password;

/**
 * What came of a comparison.
 *
 * @param outcome whether the password is the one
 * @param needsRehash whether it is, and its hash is not what would be made today
 */
public record Verification(Outcome outcome, boolean needsRehash) {

    /** Whether the password is the one. */
    public enum Outcome {
        /** It is. */
        MATCH,
        /** It is not, or there is no such user. */
        MISMATCH,
        /** What is stored is no hash that can be made again: corrupt, beyond the caps, of an unknown scheme or pepper. For the operator; the user is told as much as with a mismatch. */
        UNUSABLE
    }

    /** Refuses a rehash without a match. */
    public Verification {
        if (needsRehash && outcome != Outcome.MATCH) {
            throw new IllegalArgumentException("needsRehash must come with a match, was with " + outcome);
        }
    }

    /** Whether it is the one. */
    public boolean matches() {
        return outcome == Outcome.MATCH;
    }
}
