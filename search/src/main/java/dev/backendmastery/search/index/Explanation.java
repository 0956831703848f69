package dev.backendmastery.search.index;

import java.util.List;

/**
 * How a score came about.
 *
 * @param value the score
 * @param description what it is
 * @param details what it is made of
 */
public record Explanation(double value, String description, List<Explanation> details) {

    /** Cannot be changed afterwards. */
    public Explanation {
        details = List.copyOf(details);
    }

    static Explanation of(double value, String description, Explanation... details) {
        return new Explanation(value, description, List.of(details));
    }

    /** As an indented tree. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        append(text, 0);
        return text.toString();
    }

    private void append(StringBuilder text, int depth) {
        text.append("  ".repeat(depth))
                .append(value)
                .append(" = ")
                .append(description)
                .append('\n');
        details.forEach(detail -> detail.append(text, depth + 1));
    }
}
