package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.search.index.SearchIndexException;

/** The engine refuses this change and always will; it was given to the dead letters. */
public final class DocumentRefusedException extends SearchIndexException {

    private static final long serialVersionUID = 1L;

    private final transient DeadDocument document;

    DocumentRefusedException(DeadDocument document) {
        super(document.item().id() + " was answered " + document.status() + ", " + document.reason());
        this.document = document;
    }

    /** What was refused. */
    public DeadDocument document() {
        return document;
    }
}
