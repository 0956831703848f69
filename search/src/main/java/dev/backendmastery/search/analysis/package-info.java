/**
 * Text into terms, and terms that know where they stand.
 *
 * <p>Start at {@link dev.backendmastery.search.analysis.Analyzers}. A chain pushes each token through its steps and into the
 * index, or into the query that asks it; both must be made by one chain, and a chain says by its fingerprint which it is.
 *
 * <table>
 * <caption>Which step when</caption>
 * <tr><th>step</th><th>does</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.search.analysis.UnicodeWords}</td><td>cuts at word boundaries</td>
 *     <td>the field is text</td></tr>
 * <tr><td>{@link dev.backendmastery.search.analysis.Keyword}</td><td>cuts nothing</td>
 *     <td>the field is an id, a tag, an address</td></tr>
 * <tr><td>{@link dev.backendmastery.search.analysis.CaseFolding}</td><td>full case folding</td><td>nearly always</td></tr>
 * <tr><td>{@link dev.backendmastery.search.analysis.AccentFolding}</td><td>letters without accents</td>
 *     <td>readers leave them out</td></tr>
 * <tr><td>{@link dev.backendmastery.search.analysis.Possessive}</td><td>takes off {@code 's}</td><td>English, first of all</td></tr>
 * <tr><td>{@link dev.backendmastery.search.analysis.StopWords}</td><td>drops, and keeps the place</td>
 *     <td>the index is to be smaller</td></tr>
 * <tr><td>{@link dev.backendmastery.search.analysis.EnglishStemmer}</td><td>cuts endings</td>
 *     <td>English, and plural and singular are to meet</td></tr>
 * <tr><td>{@link dev.backendmastery.search.analysis.EdgeNGrams}</td><td>adds beginnings</td>
 *     <td>the index answers while one types</td></tr>
 * <tr><td>{@link dev.backendmastery.search.analysis.Synonyms}</td><td>adds other words, as a graph</td>
 *     <td>queries, last in the chain</td></tr>
 * </table>
 *
 * <p>Papers: Unicode Standard Annexes #15 and #29; Porter, <i>An algorithm for suffix stripping</i> (Program, 1980) and its
 * successor Porter2; Manning, Raghavan and Schütze, <i>Introduction to Information Retrieval</i> (2008), chapter 2.
 */
@NullMarked
package dev.backendmastery.search.analysis;

import org.jspecify.annotations.NullMarked;
