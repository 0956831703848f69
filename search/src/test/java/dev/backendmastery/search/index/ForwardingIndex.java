package dev.backendmastery.search.index;

import java.util.Optional;
import java.util.Set;

/** Another index, to change one thing of it. */
class ForwardingIndex implements SearchIndex {

    final SearchIndex real;

    ForwardingIndex(SearchIndex real) {
        this.real = real;
    }

    @Override
    public Schema schema() {
        return real.schema();
    }

    @Override
    public Set<Capability> capabilities() {
        return real.capabilities();
    }

    @Override
    public void apply(Batch batch) {
        real.apply(batch);
    }

    @Override
    public void refresh() {
        real.refresh();
    }

    @Override
    public void commit() {
        real.commit();
    }

    @Override
    public IndexSnapshot snapshot() {
        return forward(real.snapshot());
    }

    /** To change one thing of all snapshots. */
    IndexSnapshot forward(IndexSnapshot snapshot) {
        return new Snapshot(snapshot);
    }

    /** What is asked, to be changed. */
    Search ask(Search search) {
        return search;
    }

    /** What is answered, to be changed. */
    Hits answer(Search search, Hits hits) {
        return hits;
    }

    @Override
    public void close() {
        real.close();
    }

    /** Another snapshot. */
    class Snapshot implements IndexSnapshot {
        final IndexSnapshot real;

        Snapshot(IndexSnapshot real) {
            this.real = real;
        }

        @Override
        public long size() {
            return real.size();
        }

        @Override
        public Optional<Document> find(String id) {
            return real.find(id);
        }

        @Override
        public Hits search(Search search) {
            return answer(search, real.search(ask(search)));
        }

        @Override
        public Optional<Explanation> explain(Query query, String id) {
            return real.explain(query, id);
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
