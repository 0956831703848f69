package dev.backendmastery.core.sketch;

/** Bytes that are not those of such a sketch: another kind, another version, cut off, or damaged. */
public final class SketchFormatException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    SketchFormatException(String message) {
        super(message);
    }
}
