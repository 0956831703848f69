package dev.backendmastery.shortener.search;

import dev.backendmastery.search.analysis.Analyzer;
import dev.backendmastery.search.analysis.Analyzers;
import dev.backendmastery.search.analysis.Token;
import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.Query;
import dev.backendmastery.search.index.Schema;
import dev.backendmastery.shortener.application.LinkSearch.Request;
import dev.backendmastery.shortener.domain.Link;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Links as documents, requests as queries. */
final class LinkDocuments {

    static final String TITLE = "title";
    static final String TAG = "tag";
    static final String CREATED = "created";
    static final String CODE = "code";

    private static final String OWNER = "owner";
    private static final String ALIAS = "alias";
    private static final String TARGET = "target";
    private static final String TAGS = "tags";
    private static final Analyzer WORDS = Analyzers.folded();
    private static final int MOST_WORDS = 8;

    static final Schema SCHEMA = Schema.builder()
            .text(TITLE, WORDS)
            .unstoredText(ALIAS, WORDS)
            .unstoredText(TARGET, WORDS)
            .unstoredText(TAGS, WORDS)
            .keyword(TAG)
            .keyword(OWNER)
            .keyword(CODE)
            .date(CREATED)
            .build();

    /** A field to look for a word in, and what a hit there is worth. */
    private record Place(String field, boolean apart, double worth) {}

    private static final List<Place> PLACES = List.of(
            new Place(TITLE, false, 3),
            new Place(ALIAS, true, 4),
            new Place(TAGS, true, 2),
            new Place(TARGET, true, 1));

    private LinkDocuments() {}

    static Document of(Link link) {
        Document.Builder document = Document.of(link.code())
                .text(ALIAS, apart(link.code()))
                .text(TARGET, apart(link.target()))
                .keyword(OWNER, Long.toString(link.owner()))
                .keyword(CODE, link.code())
                .date(CREATED, link.createdAt());
        if (link.title() != null) {
            document.text(TITLE, link.title());
        }
        if (!link.tags().isEmpty()) {
            document.text(TAGS, apart(String.join(" ", link.tags())))
                    .keyword(TAG, link.tags().toArray(String[]::new));
        }
        return document.build();
    }

    /** Addresses and names are cut at whatever is no letter or digit. */
    private static String apart(String text) {
        StringBuilder words = new StringBuilder(text.length());
        text.codePoints().forEach(c -> words.appendCodePoint(Character.isLetterOrDigit(c) ? c : ' '));
        return words.toString();
    }

    static Query query(Request request) {
        Query.Bool query = Query.bool();
        List<String> parts = Arrays.stream(request.words().strip().split("\\s+"))
                .limit(MOST_WORDS)
                .toList();
        for (int i = 0; i < parts.size(); i++) {
            query = query.andMust(anywhere(parts.get(i), i == parts.size() - 1));
        }
        if (request.owner() != null) {
            query = query.andFilter(Query.term(OWNER, Long.toString(request.owner())));
        }
        return query;
    }

    static Query tagged(String tag) {
        return Query.term(TAG, tag);
    }

    private static Query anywhere(String part, boolean last) {
        List<Query> found = new ArrayList<>();
        for (Place place : PLACES) {
            String words = place.apart ? apart(part) : part;
            found.add(Query.matchAll(place.field, words).boost(place.worth));
            List<Token> tokens = WORDS.tokens(words);
            if (last && tokens.size() == 1) {
                found.add(Query.prefix(place.field, tokens.get(0).term()).boost(place.worth / 10));
            }
        }
        return Query.any(found.toArray(Query[]::new));
    }
}
