package dev.backendmastery.search.analysis;

/**
 * A term and where it stands.
 *
 * @param term what is indexed and asked for
 * @param start where in the original text it begins, in UTF-16 units
 * @param end where it ends, exclusive
 * @param position which word of the text, from 0
 * @param span how many positions it covers, at least 1
 */
public record Token(String term, int start, int end, int position, int span) {}
