/**
 * Answers about a stream in a fixed and small memory, with an error that is stated and kept.
 *
 * <p>Whether an item was in it: {@link dev.backendmastery.core.sketch.MembershipFilter}. How many different ones:
 * {@link dev.backendmastery.core.sketch.UltraLogLog}. How often: {@link dev.backendmastery.core.sketch.FrequencySketch}. How
 * they are distributed: {@link dev.backendmastery.core.sketch.QuantileSketch}. All of them but the fuse filter merge, and all have
 * bytes that are the same on every machine.
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>implementation</th><th>answers</th><th>error</th><th>memory</th><th>threads</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.core.sketch.BloomFilter}</td><td>is it in?</td><td>of your choice, false positives only</td>
 *     <td>10.5 bits an item at 1 %</td><td>lock-free</td><td>the set grows: the default</td></tr>
 * <tr><td>{@link dev.backendmastery.core.sketch.CuckooFilter}</td><td>is it in?</td><td>0.012 %</td><td>17 bits an item</td>
 *     <td>one writer at a time, optimistic readers</td><td>items leave</td></tr>
 * <tr><td>{@link dev.backendmastery.core.sketch.FuseFilter}</td><td>is it in?</td><td>0.39 %</td><td>9.1 bits an item</td>
 *     <td>immutable</td><td>the set is known when the filter is made</td></tr>
 * <tr><td>{@link dev.backendmastery.core.sketch.UltraLogLog}</td><td>how many different?</td><td>0.761 / sqrt(bytes)</td>
 *     <td>2^p bytes</td><td>lock-free</td><td>always</td></tr>
 * <tr><td>{@link dev.backendmastery.core.sketch.CountMinSketch}</td><td>how often?</td><td>a part of the total, too high only</td>
 *     <td>22 bytes / error for each factor e of confidence</td><td>adds of one item wait for each other</td>
 *     <td>you ask about items that you have</td></tr>
 * <tr><td>{@link dev.backendmastery.core.sketch.HeavyHitters}</td><td>which most often?</td><td>total / counters</td>
 *     <td>some 100 bytes a counter</td><td>one lock</td><td>you ask which items there are</td></tr>
 * <tr><td>{@link dev.backendmastery.core.sketch.QuantileSketch}</td><td>which value at which rank?</td><td>1.65 % of rank at k = 200</td>
 *     <td>3 k values</td><td>one at a time</td><td>the distribution is not known beforehand</td></tr>
 * </table>
 *
 * <p>Papers: named at each class.
 */
@NullMarked
package dev.backendmastery.core.sketch;

import org.jspecify.annotations.NullMarked;
