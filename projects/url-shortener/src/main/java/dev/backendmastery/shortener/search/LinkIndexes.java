package dev.backendmastery.shortener.search;

import dev.backendmastery.databases.tx.Transactions;
import dev.backendmastery.search.index.Batch;
import dev.backendmastery.search.index.SearchIndex;
import dev.backendmastery.search.index.SegmentIndex;
import dev.backendmastery.search.index.Similarity;
import dev.backendmastery.shortener.postgres.LinkFeed;
import dev.backendmastery.shortener.postgres.LinkFeed.Change;
import java.util.List;

/** The indexes that links are searched in. */
public final class LinkIndexes {

    private LinkIndexes() {}

    /** One in this process: it is made anew with each start, and ranks as Elasticsearch would. */
    public static IndexedLinkSearch own(Transactions transactions) {
        SearchIndex index = SegmentIndex.inMemory(LinkDocuments.SCHEMA)
                .similarity(new Similarity.LuceneCompatible(1.2f, 0.75f))
                .open();
        return new IndexedLinkSearch(index, new LinkIndexer(new LinkFeed(transactions), new Own(index)));
    }

    /** The indexer's thread alone writes, and reads each link after its last change: the newest form is the last. */
    private record Own(SearchIndex index) implements LinkIndexer.Target {

        @Override
        public void take(List<Change> changes) {
            index.apply(Batch.of(changes.stream()
                    .map(change -> LinkDocuments.of(change.link()))
                    .toList()));
        }

        @Override
        public void show() {
            index.refresh();
        }
    }
}
