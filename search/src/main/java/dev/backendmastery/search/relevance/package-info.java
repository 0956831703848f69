/**
 * How good a ranking is, by what people have judged.
 *
 * <p>Start at {@link dev.backendmastery.search.relevance.Evaluation}. Judgments, topics and runs are read from the files that TREC
 * has used since 1992, so any collection and any engine's run can be compared.
 *
 * <table>
 * <caption>Which measure when</caption>
 * <tr><th>measure</th><th>looks at</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.search.relevance.Measure#ndcg nDCG@k}</td><td>grades and ranks, up to k</td>
 *     <td>judgments have grades: the default</td></tr>
 * <tr><td>{@link dev.backendmastery.search.relevance.Measure#reciprocalRank MRR}</td><td>the first that is relevant</td>
 *     <td>one answer is wanted</td></tr>
 * <tr><td>{@link dev.backendmastery.search.relevance.Measure#averagePrecision MAP}</td><td>all that is relevant</td>
 *     <td>judgments are complete and have no grades</td></tr>
 * <tr><td>{@link dev.backendmastery.search.relevance.Measure#precision P@k}</td><td>how much of the first page is good</td>
 *     <td>the page is what is looked at, in no order</td></tr>
 * <tr><td>{@link dev.backendmastery.search.relevance.Measure#recall R@k}</td><td>how much of what is good is there</td>
 *     <td>another ranking follows</td></tr>
 * <tr><td>{@link dev.backendmastery.search.relevance.Measure#judged judged@k}</td><td>how much of it was ever judged</td>
 *     <td>beside each of the others</td></tr>
 * </table>
 *
 * <p>Papers: Järvelin and Kekäläinen, <i>Cumulated gain-based evaluation of IR techniques</i> (TOIS, 2002); Burges et al.,
 * <i>Learning to Rank using Gradient Descent</i> (ICML 2005); Sakai, <i>Evaluating evaluation metrics based on the bootstrap</i> (SIGIR
 * 2006) and <i>Alternatives to bpref</i> (SIGIR 2007).
 */
@NullMarked
package dev.backendmastery.search.relevance;

import org.jspecify.annotations.NullMarked;
