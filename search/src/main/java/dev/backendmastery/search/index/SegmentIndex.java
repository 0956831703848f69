package dev.backendmastery.search.index;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An index in this process: segments that do not change, in memory, and kept in a folder if it is given one.
 *
 * <p><b>Guarantee.</b> All of {@link SearchIndex}, with {@link Capability#ATOMIC_BATCHES}, {@link
 * Capability#EXACT_STATISTICS}, {@link Capability#LASTING_CURSORS} and {@link Capability#REPORTS_CUT}. The best hits are those of the exhaustive ranking, score for
 * score (IX-1, IX-2); a merge changes neither hits nor scores (IX-3), and loses no delete that came meanwhile (IX-4). In a folder
 * it is {@link Capability#DURABLE}: after a crash at any step of a commit the index is as of that commit or the one before (IX-5),
 * what is damaged is refused (IX-6), and only one has it open (IX-7).
 *
 * <p><b>Threads.</b> Readers wait for nobody. Batches, refreshes and commits take turns. Merges run on the executor that is given;
 * without one, in {@link #refresh}. <b>Cost.</b> All of the index is in the heap. A batch costs its tokens, a refresh a sort of
 * the terms that are new, a query less than its postings, by how much is for the race to say. Documents go through about {@code
 * log8(n)} merges. <b>Not for</b> an index that is larger than the heap, nor for more than one process. <b>Source.</b> Lucene's
 * architecture; Ding and Suel, 2011.
 */
public final class SegmentIndex implements SearchIndex {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentIndex.class);

    /** So many neighbours of one size are merged. */
    static final int MERGE = 8;

    private static final long SMALLEST = 1L << 16;

    private final Schema schema;
    private final Similarity similarity;
    private final Weighing.Maker weighings;
    private final @Nullable Executor executor;
    private final long bufferBytes;
    private final long mergedBytes;
    private final @Nullable Folder folder;
    private final Merger merger;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition merged = lock.newCondition();
    private List<Slot> slots = new ArrayList<>();
    private SegmentBuilder builder;
    private long nextSequence;
    private boolean mergeAsked;
    private boolean mergeRuns;
    private boolean closed;
    private @Nullable RuntimeException mergeFailure;
    private volatile Reader reader;

    /** A segment and what is deleted of it by now, seen or not. */
    private static final class Slot {
        private final Segment segment;
        private long @Nullable [] live;
        private boolean shared = true;
        private @Nullable String file;
        private boolean liveWritten = true;
        private @Nullable String liveFile;

        private Slot(Segment segment, long @Nullable [] live) {
            this.segment = segment;
            this.live = live;
        }

        private boolean kill(int doc) {
            long[] bits = live;
            if (bits == null) {
                bits = Bits.full(segment.count());
            } else if (!Bits.get(bits, doc)) {
                return false;
            } else if (shared) {
                bits = bits.clone();
            }
            Bits.clear(bits, doc);
            live = bits;
            shared = false;
            liveWritten = false;
            return true;
        }
    }

    /** What merges; a test may plant another. */
    interface Merger {
        /** Returns the merged segment; by part and document, what it became is in {@link Merge#moved} */
        Segment merge(Merge merge);
    }

    private SegmentIndex(Builder settings, @Nullable Folder folder, Folder.State state) {
        schema = settings.schema;
        similarity = settings.similarity;
        weighings = settings.weighings;
        executor = settings.executor;
        bufferBytes = settings.bufferBytes;
        mergedBytes = settings.mergedBytes;
        merger = settings.merger;
        this.folder = folder;
        builder = new SegmentBuilder(schema);
        nextSequence = state.nextSequence();
        for (Folder.Kept kept : state.kept()) {
            Slot slot = new Slot(kept.segment(), kept.live());
            slot.file = kept.file();
            slot.liveFile = kept.liveFile();
            slots.add(slot);
        }
        reader = new Reader(schema, similarity, weighings, views(), null);
    }

    /** An index that is gone when it is closed. */
    public static Builder inMemory(Schema schema) {
        return new Builder(schema, null);
    }

    /** An index in a folder, which is made if it is not there and belongs to the index alone. */
    public static Builder in(Path folder, Schema schema) {
        return new Builder(schema, folder);
    }

    /** How the index is to be. */
    public static final class Builder {
        private final Schema schema;
        private final @Nullable Path folder;
        private Similarity similarity = Similarity.bm25();
        private @Nullable Executor executor;
        private long bufferBytes = 64L << 20;
        private long mergedBytes = 1L << 30;
        private Merger merger = Merge::run;
        private Disk disk = Disk.system();
        private Weighing.Maker weighings = Weighing::new;

        private Builder(Schema schema, @Nullable Path folder) {
            this.schema = schema;
            this.folder = folder;
        }

        /** How scores are made; exact BM25 if not said. */
        public Builder similarity(Similarity chosen) {
            similarity = chosen;
            return this;
        }

        /** Where merges run; the caller's, and closed by the caller after the index. */
        public Builder mergeOn(Executor chosen) {
            executor = chosen;
            return this;
        }

        /** How much is held back before a segment is made without a refresh; 64 MiB if not said, from 1 KiB to 1 GiB. */
        public Builder bufferBytes(long bytes) {
            if (bytes < 1 << 10 || bytes > 1 << 30) {
                throw new IllegalArgumentException("bytes must be 1 KiB to 1 GiB, were " + bytes);
            }
            bufferBytes = bytes;
            return this;
        }

        Merger merger() {
            return merger;
        }

        Builder merger(Merger chosen) {
            merger = chosen;
            return this;
        }

        Builder weighings(Weighing.Maker chosen) {
            weighings = chosen;
            return this;
        }

        Disk disk() {
            return disk;
        }

        Builder disk(Disk chosen) {
            disk = chosen;
            return this;
        }

        /**
         * Opens the index, as of its last commit.
         *
         * @throws SchemaMismatchException if it was made with other fields or analyzers
         * @throws CorruptIndexException if what is there is damaged
         * @throws IndexLockedException if it is open already
         * @throws IndexUnavailableException if the folder cannot be read or made
         */
        public SegmentIndex open() {
            if (folder == null) {
                return new SegmentIndex(this, null, new Folder.State(0, List.of()));
            }
            Folder opened = Folder.open(folder, disk);
            try {
                return new SegmentIndex(this, opened, opened.read(schema));
            } catch (RuntimeException e) {
                opened.close();
                throw e;
            }
        }
    }

    @Override
    public Schema schema() {
        return schema;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.allOf(Capability.class);
        if (folder == null) {
            all.remove(Capability.DURABLE);
        }
        return Collections.unmodifiableSet(all);
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("the index is closed");
        }
    }

    @Override
    public void apply(Batch batch) {
        for (Batch.Operation operation : batch.operations()) {
            if (operation instanceof Batch.Upsert upsert) {
                schema.check(upsert.document());
            }
        }
        Map<String, Batch.Operation> last = new LinkedHashMap<>();
        for (Batch.Operation operation : batch.operations()) {
            last.remove(operation.id());
            last.put(operation.id(), operation);
        }
        lock.lock();
        try {
            ensureOpen();
            if (builder.bytes() > bufferBytes) {
                seal();
            }
            add(List.copyOf(last.values()));
        } finally {
            lock.unlock();
        }
    }

    /** Adds all documents; only when none can fail any more those go that they replace. */
    private void add(List<Batch.Operation> operations) {
        int first = builder.count();
        int[] replaced = new int[operations.size()];
        byte[][] ids = new byte[operations.size()][];
        int[] hashes = new int[operations.size()];
        int done = 0;
        try {
            for (; done < operations.size(); done++) {
                Batch.Operation operation = operations.get(done);
                byte[] id = Utf8.encode(operation.id());
                ids[done] = id;
                hashes[done] = Ids.hash(id, 0, id.length);
                replaced[done] = builder.ids.find(id, hashes[done]);
                if (operation instanceof Batch.Upsert upsert) {
                    builder.add(upsert.document(), id, hashes[done], nextSequence++);
                }
            }
        } catch (RuntimeException e) {
            for (int doc = first; doc < builder.count(); doc++) {
                builder.kill(doc);
            }
            for (int i = 0; i <= done; i++) {
                if (replaced[i] >= 0) {
                    builder.ids.restore(replaced[i]);
                }
            }
            throw e;
        }
        for (int i = 0; i < replaced.length; i++) {
            if (replaced[i] >= 0 && builder.kill(replaced[i])) {
                continue;
            }
            for (int slot = slots.size() - 1; slot >= 0; slot--) {
                int doc = slots.get(slot).segment.ids().find(ids[i], hashes[i]);
                if (doc >= 0 && slots.get(slot).kill(doc)) {
                    break;
                }
            }
        }
    }

    private void seal() {
        if (builder.count() > 0) {
            long[] live = null;
            if (builder.deadCount > 0) {
                live = Bits.full(builder.count());
                for (int i = 0; i < live.length; i++) {
                    live[i] &= ~builder.dead[i];
                }
            }
            if (builder.deadCount < builder.count()) {
                Slot slot = new Slot(builder.seal(), live);
                slot.liveWritten = live == null;
                slots.add(slot);
            }
            builder = new SegmentBuilder(schema);
        }
    }

    private List<View> views() {
        IdentityHashMap<Segment, View> known = new IdentityHashMap<>();
        Reader now = reader;
        if (now != null) {
            now.views.forEach(view -> known.put(view.segment, view));
        }
        List<View> views = new ArrayList<>();
        for (Slot slot : slots) {
            View old = known.get(slot.segment);
            View view = old != null && old.live == slot.live ? old : new View(slot.segment, slot.live);
            slot.shared = true;
            if (view.liveCount > 0) {
                views.add(view);
            }
        }
        return views;
    }

    @Override
    public void refresh() {
        lock.lock();
        try {
            ensureOpen();
            rethrowMergeFailure();
            seal();
            if (!mergeRuns) {
                slots.removeIf(slot -> slot.live != null && Bits.next(slot.live, 0) == Integer.MAX_VALUE);
            }
            reader = new Reader(schema, similarity, weighings, views(), reader);
            askForMerge();
        } finally {
            lock.unlock();
        }
        if (executor == null) {
            mergeAll();
        }
    }

    private void rethrowMergeFailure() {
        RuntimeException failure = mergeFailure;
        if (failure != null) {
            mergeFailure = null;
            throw new SearchIndexException("a merge failed; the segments are as they were", failure);
        }
    }

    private void askForMerge() {
        if (executor != null && !mergeAsked && !mergeRuns && !toMerge().isEmpty()) {
            mergeAsked = true;
            try {
                executor.execute(this::mergeAll);
            } catch (RejectedExecutionException e) {
                mergeAsked = false;
                LOG.warn("merges are refused, the index has {} segments", slots.size(), e);
            }
        }
    }

    /** Neighbours of one size, or one of which a third is deleted; of those only that a reader has seen. */
    private List<View> toMerge() {
        List<View> views = reader.views;
        int from = 0;
        for (int i = 0; i <= views.size(); i++) {
            if (i == views.size() || level(views.get(i)) != level(views.get(from))) {
                from = i;
            }
            if (i < views.size() && i - from + 1 == MERGE) {
                return views.subList(from, i + 1);
            }
        }
        // A large one behind small ones keeps them apart; when there are too many all that are small enough go
        // together.
        if (views.size() > 4 * MERGE) {
            for (int start = 0; start < views.size(); start++) {
                int end = start;
                long bytes = 0;
                while (end < views.size() && bytes + bytes(views.get(end)) <= mergedBytes) {
                    bytes += bytes(views.get(end++));
                }
                if (end - start >= MERGE) {
                    return views.subList(start, end);
                }
            }
        }
        for (View view : views) {
            if (3L * (view.segment.count() - view.liveCount) > view.segment.count()) {
                return List.of(view);
            }
        }
        return List.of();
    }

    private static long bytes(View view) {
        return view.segment.bytes() * view.liveCount / Math.max(1, view.segment.count());
    }

    private int level(View view) {
        long bytes = bytes(view);
        if (bytes > mergedBytes / MERGE) {
            return Integer.MAX_VALUE - reader.views.indexOf(view);
        }
        int level = 0;
        for (long size = SMALLEST; size < bytes; size *= MERGE) {
            level++;
        }
        return level;
    }

    private void mergeAll() {
        while (mergeOnce()) {
            LOG.debug("merged");
        }
    }

    /** @return whether there was something to merge */
    private boolean mergeOnce() {
        List<View> parts;
        lock.lock();
        try {
            mergeAsked = false;
            if (closed || mergeRuns) {
                return false;
            }
            parts = List.copyOf(toMerge());
            if (parts.isEmpty()) {
                return false;
            }
            mergeRuns = true;
        } finally {
            lock.unlock();
        }
        return merge(parts);
    }

    /** Merges all into one segment; also if none of the usual reasons is given. */
    void mergeToOne() {
        List<View> parts;
        lock.lock();
        try {
            ensureOpen();
            while (mergeRuns) {
                merged.awaitUninterruptibly();
            }
            parts = List.copyOf(reader.views);
            if (parts.size() <= 1 && parts.stream().allMatch(view -> view.live == null)) {
                return;
            }
            mergeRuns = true;
        } finally {
            lock.unlock();
        }
        merge(parts);
    }

    private boolean merge(List<View> parts) {
        Segment segment = null;
        Merge merge = new Merge(
                schema,
                parts.stream()
                        .map(part -> new Merge.Part(part.segment, part.live))
                        .toList());
        RuntimeException failure = null;
        try {
            segment = merger.merge(merge);
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            lock.lock();
            try {
                mergeRuns = false;
                if (segment != null && !closed) {
                    replace(parts, segment, merge.moved);
                } else if (failure != null) {
                    LOG.error("a merge failed", failure);
                    mergeFailure = failure;
                }
                merged.signalAll();
            } finally {
                lock.unlock();
            }
        }
        return failure == null;
    }

    /** Puts the merged segment in the place of its parts, less what was deleted of them since. */
    private void replace(List<View> parts, Segment segment, int[][] moved) {
        IdentityHashMap<Segment, Integer> number = new IdentityHashMap<>();
        for (int i = 0; i < parts.size(); i++) {
            number.put(parts.get(i).segment, i);
        }
        Slot into = new Slot(segment, null);
        List<Slot> left = new ArrayList<>();
        for (Slot slot : slots) {
            Integer part = number.get(slot.segment);
            if (part == null) {
                left.add(slot);
                continue;
            }
            if (!left.contains(into)) {
                left.add(into);
            }
            killGone(parts.get(part), slot.live, moved[part], into);
        }
        List<View> views = new ArrayList<>();
        Slot seen = new Slot(segment, null);
        int place = -1;
        for (View view : reader.views) {
            Integer part = number.get(view.segment);
            if (part == null) {
                views.add(view);
                continue;
            }
            if (place < 0) {
                place = views.size();
            }
            killGone(parts.get(part), view.live, moved[part], seen);
        }
        if (segment.count() == 0) {
            left.remove(into);
        } else if (place >= 0) {
            long[] live = seen.live;
            View view = new View(segment, live);
            if (Arrays.equals(live, into.live)) {
                into.live = live;
            }
            if (view.liveCount > 0) {
                views.add(place, view);
            }
        }
        into.shared = true;
        slots = left;
        reader = new Reader(schema, similarity, weighings, views, reader);
    }

    /** Deletes what was there when the merge began and is not any more. */
    private static void killGone(View part, long @Nullable [] live, int[] moved, Slot into) {
        if (live == null || live == part.live) {
            return;
        }
        for (int doc = 0; doc < moved.length; doc++) {
            if (moved[doc] >= 0 && !Bits.get(live, doc)) {
                into.kill(moved[doc]);
            }
        }
    }

    /** How many segments there are for a reader. */
    int segments() {
        return reader.views.size();
    }

    @Override
    public void commit() {
        lock.lock();
        try {
            ensureOpen();
            rethrowMergeFailure();
            seal();
            if (folder != null) {
                commit(folder);
            }
        } finally {
            lock.unlock();
        }
    }

    private void commit(Folder into) {
        try {
            List<Folder.Kept> kept = new ArrayList<>();
            for (Slot slot : slots) {
                slot.shared = true;
                if (slot.file == null) {
                    slot.file = into.writeSegment(slot.segment);
                }
                if (!slot.liveWritten) {
                    long[] live = slot.live;
                    slot.liveFile = live == null ? null : into.writeLive(live);
                    slot.liveWritten = true;
                }
                kept.add(new Folder.Kept(slot.segment, slot.live, slot.file, slot.liveFile));
            }
            into.commit(schema, new Folder.State(nextSequence, kept));
        } catch (IOException e) {
            // What a failed write left is not known: all is written anew, under other names.
            for (Slot slot : slots) {
                slot.file = null;
                slot.liveFile = null;
                slot.liveWritten = slot.live == null;
            }
            throw new IndexUnavailableException("the commit failed; the one before is still there", e);
        }
    }

    @Override
    public IndexSnapshot snapshot() {
        return new SegmentSnapshot(currentReader());
    }

    private Reader currentReader() {
        Reader now = reader;
        if (now.closed) {
            throw new IllegalStateException("the index is closed");
        }
        return now;
    }

    /** Also waits for a merge that runs. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            while (mergeRuns) {
                merged.awaitUninterruptibly();
            }
            Reader end = new Reader(schema, similarity, weighings, List.of(), null);
            end.closed = true;
            reader = end;
            slots = new ArrayList<>();
            builder = new SegmentBuilder(schema);
        } finally {
            lock.unlock();
        }
        if (folder != null) {
            folder.close();
        }
    }

    /** The segments of one moment, with the statistics of all of them. For any number of threads. */
    static final class Reader {
        final Schema schema;
        final Similarity similarity;
        private final Weighing.Maker maker;
        final List<View> views;
        final int[] bases;
        final long size;
        private final Map<String, Weighing> weighings = new HashMap<>();
        private final Map<String, Weighing> before;
        private volatile boolean closed;
        /** For sums alone. */
        final Weighing rounding;

        /** @param last whose weighings are taken over where the statistics are the same */
        Reader(Schema schema, Similarity similarity, Weighing.Maker maker, List<View> views, @Nullable Reader last) {
            this.maker = maker;
            this.schema = schema;
            this.similarity = similarity;
            this.views = List.copyOf(views);
            this.bases = new int[views.size()];
            long sum = 0;
            int base = 0;
            for (int i = 0; i < bases.length; i++) {
                bases[i] = base;
                base = Math.addExact(base, views.get(i).segment.count());
                sum += views.get(i).liveCount;
            }
            size = sum;
            before = last == null ? Map.of() : last.known();
            rounding = last == null ? new Weighing(similarity, 0, 0) : last.rounding;
        }

        private synchronized Map<String, Weighing> known() {
            Map<String, Weighing> all = new HashMap<>(before);
            all.putAll(weighings);
            return all;
        }

        synchronized Weighing weighing(String field) {
            return weighings.computeIfAbsent(field, name -> {
                long documents = 0;
                long lengths = 0;
                long tokens = 0;
                for (View view : views) {
                    long[] totals = view.totals(name);
                    documents += totals[0];
                    lengths += totals[1];
                    tokens += totals[2];
                }
                long sum = similarity instanceof Similarity.LuceneCompatible ? tokens : lengths;
                Weighing old = before.get(name);
                return old != null && old.documents == documents && old.lengthSum == sum
                        ? old
                        : maker.make(similarity, documents, sum);
            });
        }

        /** Which view a document of all is in. */
        int viewOf(int doc) {
            int at = Arrays.binarySearch(bases, doc);
            return at >= 0 ? at : -at - 2;
        }
    }
}
