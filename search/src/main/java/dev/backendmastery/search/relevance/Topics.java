package dev.backendmastery.search.relevance;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was asked.
 *
 * @param texts by query, in the order of the file
 */
public record Topics(Map<String, String> texts) {

    private static final Pattern NUMBER =
            Pattern.compile("<num>\\s*(?:Number:)?\\s*([^<\\s]+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern TITLE = Pattern.compile("<title>\\s*(?:Topic:)?\\s*([^<]*)", Pattern.CASE_INSENSITIVE);

    /** Cannot be changed afterwards. */
    public Topics {
        texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
    }

    /**
     * Reads TREC's topics, of each its {@code <num>} and {@code <title>}; or lines of a number, a tab or a space, and a text.
     *
     * @throws RelevanceFormatException if the file is neither, or has a number twice
     */
    public static Topics read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return read(reader, file.toString());
        }
    }

    /**
     * Reads the same from anywhere.
     *
     * @param name for messages
     * @throws RelevanceFormatException if it is neither, or has a number twice
     */
    public static Topics read(Reader reader, String name) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        StringBuilder topic = new StringBuilder();
        int[] begun = {0};
        int[] last = {0};
        Lines.each(reader, (line, number) -> {
            last[0] = number;
            if (line.regionMatches(true, 0, "<top>", 0, 5)) {
                if (begun[0] > 0) {
                    throw new RelevanceFormatException(name, number, "<top> of line " + begun[0] + " has no end");
                }
                begun[0] = number;
                topic.setLength(0);
                topic.append(line.substring(5));
            } else if (begun[0] > 0) {
                topic.append('\n').append(line);
            } else {
                String[] parts = line.split("\\s+", 2);
                if (parts.length < 2) {
                    throw new RelevanceFormatException(name, number, "must be a number and a text, was " + line);
                }
                add(texts, parts[0], parts[1], name, number);
            }
            if (begun[0] > 0 && topic.indexOf("</top>") >= 0) {
                add(
                        texts,
                        find(NUMBER, topic, "<num>", name, begun[0]),
                        find(TITLE, topic, "<title>", name, begun[0]),
                        name,
                        begun[0]);
                begun[0] = 0;
            }
        });
        if (begun[0] > 0) {
            throw new RelevanceFormatException(name, last[0] + 1, "<top> of line " + begun[0] + " has no end");
        }
        return new Topics(texts);
    }

    private static String find(Pattern pattern, CharSequence topic, String tag, String name, int line) {
        Matcher found = pattern.matcher(topic);
        if (!found.find() || found.group(1).isBlank()) {
            throw new RelevanceFormatException(name, line, "<top> must have a " + tag);
        }
        return found.group(1).strip().replaceAll("\\s+", " ");
    }

    private static void add(Map<String, String> texts, String query, String text, String name, int line) {
        if (texts.putIfAbsent(query, text) != null) {
            throw new RelevanceFormatException(name, line, "has the query " + query + " a second time");
        }
    }
}
