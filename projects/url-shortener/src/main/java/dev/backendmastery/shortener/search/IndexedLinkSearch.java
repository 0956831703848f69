package dev.backendmastery.shortener.search;

import dev.backendmastery.search.index.Facet;
import dev.backendmastery.search.index.Highlight;
import dev.backendmastery.search.index.Hits;
import dev.backendmastery.search.index.Search;
import dev.backendmastery.search.index.SearchIndex;
import dev.backendmastery.search.index.SearchIndexException;
import dev.backendmastery.search.index.Sort;
import dev.backendmastery.shortener.application.LinkSearch;
import dev.backendmastery.shortener.application.SearchUnavailableException;
import dev.backendmastery.shortener.messages.Resources;
import java.util.List;
import java.util.Objects;

/** {@link LinkSearch} over any {@link SearchIndex}, and the thread that keeps it up to the store. */
public final class IndexedLinkSearch implements LinkSearch, AutoCloseable {

    private final LinkIndexer indexer;
    private final Resources open;

    /** @param open closed with this */
    IndexedLinkSearch(LinkIndexer indexer, Resources open) {
        this.indexer = indexer;
        this.open = open;
    }

    @Override
    public Found find(Request request) {
        SearchIndex index = indexer.index();
        if (index == null) {
            throw new SearchUnavailableException("the index is being built; try again in a moment", null);
        }
        try {
            return found(index.search(search(request)));
        } catch (SearchIndexException e) {
            throw new SearchUnavailableException("the index does not answer", e);
        }
    }

    private static Search search(Request request) {
        Facet tags = Facet.of(LinkDocuments.TAG);
        return Search.of(LinkDocuments.query(request))
                .top(request.limit())
                // To the end, so that every index gives them in the same order.
                .sort(Sort.score(), Sort.descending(LinkDocuments.CREATED), Sort.ascending(LinkDocuments.CODE))
                .facets(request.tag() == null ? tags : tags.choose(request.tag()))
                .highlight(Highlight.of(LinkDocuments.TITLE));
    }

    private static Found found(Hits hits) {
        List<TagCount> tags = Objects.requireNonNull(hits.facets().get(LinkDocuments.TAG)).values().stream()
                .map(count -> new TagCount(count.value(), count.count()))
                .toList();
        List<Hit> found = hits.hits().stream()
                .map(hit -> {
                    List<String> titles = hit.highlights().getOrDefault(LinkDocuments.TITLE, List.of());
                    return new Hit(hit.id(), titles.isEmpty() ? null : String.join(" … ", titles));
                })
                .toList();
        return new Found(found, hits.total(), tags);
    }

    @Override
    public void close() {
        open.close();
    }
}
