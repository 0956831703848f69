package dev.backendmastery.search.relevance;

/** A file of judgments, topics or results cannot be read: the message names the file, the line and what is wrong there. */
public final class RelevanceFormatException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;

    RelevanceFormatException(String file, int line, String fault) {
        super(file + ":" + line + ": " + fault);
        this.file = file;
        this.line = line;
    }

    /** As it was named. */
    public String file() {
        return file;
    }

    /** From 1; one behind the last if something is missing at the end. */
    public int line() {
        return line;
    }
}
