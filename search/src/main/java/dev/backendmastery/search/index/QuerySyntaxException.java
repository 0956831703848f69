package dev.backendmastery.search.index;

/** A query text that cannot be read. */
public final class QuerySyntaxException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final int position;

    /** With what was expected, and where. */
    public QuerySyntaxException(String message, int position) {
        super(message + " at " + position);
        this.position = position;
    }

    /** Where in the text the error is, in UTF-16 units from 0. */
    public int position() {
        return position;
    }
}
