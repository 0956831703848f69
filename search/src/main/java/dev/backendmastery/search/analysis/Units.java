package dev.backendmastery.search.analysis;

/** The UTF-16 units of texts. */
final class Units {

    private Units() {}

    /** Copies {@code text} into {@code room}, which is large enough, and returns that. */
    static char[] of(CharSequence text, char[] room) {
        int length = text.length();
        if (text instanceof String string) {
            string.getChars(0, length, room, 0);
        } else {
            for (int i = 0; i < length; i++) {
                room[i] = text.charAt(i);
            }
        }
        return room;
    }
}
