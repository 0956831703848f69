package dev.backendmastery.search.relevance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;

/** Reads files of a few words a line. */
final class Lines {

    private Lines() {}

    /** Takes one line that is not empty. */
    @FunctionalInterface
    interface Taker {
        void take(String line, int number);
    }

    static void each(Reader reader, Taker taker) throws IOException {
        BufferedReader lines = new BufferedReader(reader);
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            String text = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
            if (!text.isBlank()) {
                taker.take(text.strip(), number);
            }
        }
    }

    /** The words of a line of {@code form}, which says what each is. */
    static String[] words(String file, int number, String line, String form) {
        String[] words = line.split("\\s+", -1);
        int wanted = form.split(" ", -1).length;
        if (words.length != wanted) {
            throw new RelevanceFormatException(
                    file, number, "must be \"" + form + "\", has " + words.length + " words: " + line);
        }
        return words;
    }
}
