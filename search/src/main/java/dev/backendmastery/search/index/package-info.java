/**
 * The index: documents that can be found by their words, their values, and both.
 *
 * <p>Start at {@link dev.backendmastery.search.index.SearchIndex}; what it takes is a {@link
 * dev.backendmastery.search.index.Batch}, what is asked is a {@link dev.backendmastery.search.index.Search} of a {@link
 * dev.backendmastery.search.index.Query}.
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>implementation</th><th>where it is</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.search.index.SegmentIndex}</td><td>in this process, in memory or in a folder</td>
 *     <td>the index fits into the heap and one process writes it; by default</td></tr>
 * <tr><td>{@code elasticsearch.ElasticsearchIndex}</td><td>in a cluster of its own</td>
 *     <td>many processes write or search, or one machine is too small</td></tr>
 * </table>
 *
 * <p>Sources: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009 (BM25); Turtle and Flood, Query
 * evaluation, 1995 (MaxScore); Ding and Suel, Faster top-k document retrieval using block-max indexes, SIGIR 2011;
 * Mallia, Suel and Tonellotto, Faster learned sparse retrieval with block-max pruning, SIGIR 2024; Schulz and Mihov, Fast
 * string correction with Levenshtein automata, 2002.
 */
@NullMarked
package dev.backendmastery.search.index;

import org.jspecify.annotations.NullMarked;
