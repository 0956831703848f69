/**
 * Placing keys on nodes so that a change of the nodes moves few keys.
 *
 * <p>Start at {@link dev.backendmastery.core.hashing.ConsistentHash}; {@link dev.backendmastery.core.hashing.LiveHash} changes
 * the membership under readers that never block, {@link dev.backendmastery.core.hashing.Movement} tells beforehand what a
 * change moves, {@link dev.backendmastery.core.hashing.BoundedLoadHash} keeps every node below a multiple of the mean.
 *
 * <table>
 * <caption>Which implementation when</caption>
 * <tr><th>implementation</th><th>weights</th><th>who may leave</th><th>look-up</th><th>memory</th><th>choose it when</th></tr>
 * <tr><td>{@link dev.backendmastery.core.hashing.HashRing}</td><td>yes</td><td>any</td><td>constant</td>
 *     <td>20 bytes a point, 128 points a node</td>
 *     <td>nodes come and go, have weights, and one in ten more or less is even enough</td></tr>
 * <tr><td>{@link dev.backendmastery.core.hashing.RendezvousHash}</td><td>yes, exact</td><td>any</td><td>n steps</td>
 *     <td>12 bytes a node</td><td>up to some dozens of nodes: the simplest, and exact in everything</td></tr>
 * <tr><td>{@link dev.backendmastery.core.hashing.BinomialHash}</td><td>no</td><td>the last</td><td>constant</td>
 *     <td>none</td><td>numbered shards that only grow or shrink at the end</td></tr>
 * <tr><td>{@link dev.backendmastery.core.hashing.JumpHash}</td><td>no</td><td>the last</td><td>ln n steps</td>
 *     <td>none</td><td>the other side places by jump</td></tr>
 * <tr><td>{@link dev.backendmastery.core.hashing.AnchorHash}</td><td>no</td><td>any</td><td>1 + ln(capacity / n)</td>
 *     <td>20 bytes for each of the capacity</td><td>even loads, any node may fail, and all see one history</td></tr>
 * <tr><td>{@link dev.backendmastery.core.hashing.MaglevHash}</td><td>yes</td><td>any</td><td>one read</td>
 *     <td>2 bytes a slot, 100 slots a node</td><td>speed and evenness count, and some keys more may move</td></tr>
 * </table>
 *
 * <p>Papers: named at each class.
 */
@NullMarked
package dev.backendmastery.core.hashing;

import org.jspecify.annotations.NullMarked;
