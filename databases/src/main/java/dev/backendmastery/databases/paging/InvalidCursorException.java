package dev.backendmastery.databases.paging;

/** The text is no cursor of this list. It does not say why: whoever tries to forge one learns nothing. */
public final class InvalidCursorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidCursorException() {
        super("not a cursor of this list");
    }
}
