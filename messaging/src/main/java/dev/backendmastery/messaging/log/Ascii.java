package dev.backendmastery.messaging.log;

/** What names and types are made of. */
final class Ascii {

    static final int LONGEST = 255;

    private Ascii() {}

    /** @throws IllegalArgumentException if {@code text} is not 1 to 255 printable ASCII characters */
    static String check(String what, String text) {
        if (!isFine(text)) {
            throw new IllegalArgumentException(
                    what + " must be 1 to " + LONGEST + " printable ASCII characters, was \"" + text + "\"");
        }
        return text;
    }

    static boolean isFine(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }
}
