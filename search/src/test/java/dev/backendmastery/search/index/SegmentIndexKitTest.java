package dev.backendmastery.search.index;

import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The kit on the index in this process: in memory, in a folder with tiny segments, and with Lucene's scores. */
final class SegmentIndexKitTest {

    @Nested
    final class InMemory extends SearchIndexContract {
        @Override
        protected SearchIndex open(Schema schema) {
            return SegmentIndex.inMemory(schema).open();
        }
    }

    @Nested
    final class InFolder extends SearchIndexContract {
        @TempDir
        @SuppressWarnings("NullAway.Init") // JUnit sets it
        private Path folder;

        private static ExecutorService merges;

        @BeforeAll
        static void startMerges() {
            merges = Executors.newSingleThreadExecutor();
        }

        @AfterAll
        static void endMerges() {
            merges.shutdown();
        }

        @Override
        protected SearchIndex open(Schema schema) {
            return SegmentIndex.in(
                            folder.resolve(
                                    Integer.toHexString(schema.fields().keySet().hashCode())),
                            schema)
                    .bufferBytes(1 << 10)
                    .mergeOn(merges)
                    .open();
        }
    }

    @Nested
    final class LikeLucene extends SearchIndexContract {
        @Override
        protected SearchIndex open(Schema schema) {
            return SegmentIndex.inMemory(schema)
                    .similarity(new Similarity.LuceneCompatible(1.2f, 0.75f))
                    .open();
        }
    }
}
