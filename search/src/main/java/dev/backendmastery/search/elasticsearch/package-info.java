/**
 * An index that lives in Elasticsearch, behind the contract of the one in the process, and the way documents get there.
 *
 * <p>Start at {@link dev.backendmastery.search.elasticsearch.ElasticsearchIndex}. The texts are analysed here, by the schema's
 * analyzers, and the engine gets the terms: so both engines find the same words, and the fingerprint means the same.
 *
 * <table>
 * <caption>Which writer when</caption>
 * <tr><th>writer</th><th>waits for the engine</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.search.index.SearchIndex#apply apply}</td><td>each batch</td>
 *     <td>the caller has a batch and wants to know now</td></tr>
 * <tr><td>{@link dev.backendmastery.search.elasticsearch.BulkIndexer}</td><td>when its buffer is full</td>
 *     <td>changes come one by one, from many threads or a log, and each has a version</td></tr>
 * </table>
 *
 * <p>Sources: Elasticsearch's REST API, version 8; Brooker, <i>Exponential Backoff And Jitter</i> (2015).
 */
@NullMarked
package dev.backendmastery.search.elasticsearch;

import org.jspecify.annotations.NullMarked;
