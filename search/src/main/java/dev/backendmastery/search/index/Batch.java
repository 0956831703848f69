package dev.backendmastery.search.index;

import java.util.ArrayList;
import java.util.List;

/**
 * Changes that belong together.
 *
 * @param operations in their order; of those for one id the last one stays
 */
public record Batch(List<Operation> operations) {

    /** Cannot be changed afterwards. */
    public Batch {
        operations = List.copyOf(operations);
    }

    /** One change. */
    public sealed interface Operation {
        /** Of which document. */
        String id();
    }

    /** The document is there from now on, in place of the one with its id. */
    public record Upsert(Document document) implements Operation {
        @Override
        public String id() {
            return document.id();
        }
    }

    /** There is no document of this id from now on; that there was none is no error. */
    public record Delete(String id) implements Operation {
        /** Refuses an id that is none. */
        public Delete {
            Document.checkId(id);
        }
    }

    /** Upserts alone. */
    public static Batch of(Document... documents) {
        return of(List.of(documents));
    }

    /** Upserts alone. */
    public static Batch of(List<Document> documents) {
        return new Batch(documents.stream().<Operation>map(Upsert::new).toList());
    }

    /** Nothing yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** Adds change after change. */
    public static final class Builder {

        private final List<Operation> operations = new ArrayList<>();

        private Builder() {}

        /** See {@link Upsert}. */
        public Builder upsert(Document document) {
            operations.add(new Upsert(document));
            return this;
        }

        /** See {@link Delete}. */
        public Builder delete(String id) {
            operations.add(new Delete(id));
            return this;
        }

        /** All that was added. */
        public Batch build() {
            return new Batch(operations);
        }
    }
}
