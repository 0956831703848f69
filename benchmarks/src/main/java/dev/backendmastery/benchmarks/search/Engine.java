package dev.backendmastery.benchmarks.search;

import dev.backendmastery.search.index.Batch;
import dev.backendmastery.search.index.Document;
import dev.backendmastery.search.index.Hits;
import dev.backendmastery.search.index.IndexSnapshot;
import dev.backendmastery.search.index.Query;
import dev.backendmastery.search.index.Schema;
import dev.backendmastery.search.index.Search;
import dev.backendmastery.search.index.SegmentIndex;
import dev.backendmastery.search.index.Similarity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;

/** An index under test: one segment, positions kept, texts not. */
interface Engine extends AutoCloseable {

    /** What may be asked. */
    enum Kind {
        OR,
        AND,
        PHRASE,
        PREFIX,
        FUZZY
    }

    /** Adds all and returns when the disk has them. */
    void index(List<String> texts) throws IOException;

    /** Makes what was indexed searchable. */
    void open() throws IOException;

    /** The scores of the ten best. */
    double[] search(Kind kind, String words) throws IOException;

    @Override
    void close() throws IOException;

    /** The word of a query that is asked for by its beginning, or misspelt: its longest. */
    static String longest(String words) {
        String longest = "";
        for (String word : words.split(" ", -1)) {
            longest = word.length() > longest.length() ? word : longest;
        }
        return longest;
    }

    static String prefix(String words) {
        String word = longest(words);
        return word.substring(0, word.offsetByCodePoints(0, Math.min(3, word.codePointCount(0, word.length()))));
    }

    /** With its middle letter replaced. */
    static String misspelt(String words) {
        String word = longest(words);
        int middle = word.length() / 2;
        return word.length() < 3 ? word : word.substring(0, middle) + 'q' + word.substring(middle + 1);
    }

    /** Bytes of all files. */
    static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            long size = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                size += Files.size(file);
            }
            return size;
        }
    }

    /** Ours. */
    final class Ours implements Engine {
        private static final int BATCH = 1_000;

        private final SegmentIndex index;
        private IndexSnapshot snapshot;

        Ours(Path folder, Similarity similarity) {
            index = SegmentIndex.in(
                            folder,
                            Schema.builder().unstoredText("body", new Words()).build())
                    .similarity(similarity)
                    .bufferBytes(1L << 30)
                    .open();
            snapshot = index.snapshot();
        }

        @Override
        public void index(List<String> texts) {
            List<Document> batch = new ArrayList<>(BATCH);
            for (int i = 0; i < texts.size(); i++) {
                batch.add(Document.of(Integer.toString(i))
                        .text("body", texts.get(i))
                        .build());
                if (batch.size() == BATCH) {
                    index.apply(Batch.of(batch));
                    batch.clear();
                }
            }
            index.apply(Batch.of(batch));
            index.commit();
        }

        @Override
        public void open() {
            snapshot.close();
            index.refresh();
            snapshot = index.snapshot();
        }

        @Override
        public double[] search(Kind kind, String words) {
            Query query =
                    switch (kind) {
                        case OR -> Query.match("body", words);
                        case AND -> Query.matchAll("body", words);
                        case PHRASE -> Query.phrase("body", words);
                        case PREFIX -> Query.prefix("body", prefix(words));
                        case FUZZY -> Query.fuzzy("body", misspelt(words), 1);
                    };
            return snapshot.search(Search.of(query)).hits().stream()
                    .mapToDouble(Hits.Hit::score)
                    .toArray();
        }

        @Override
        public void close() {
            snapshot.close();
            index.close();
        }
    }

    /** Lucene, as research on top-k runs it: mapped files, no query cache. */
    final class Lucene implements Engine {
        private final Directory directory;
        private final IndexWriter writer;
        private DirectoryReader reader;
        private IndexSearcher searcher;

        Lucene(Path folder) throws IOException {
            directory = new MMapDirectory(folder);
            writer = new IndexWriter(
                    directory,
                    new IndexWriterConfig(new WhitespaceAnalyzer())
                            .setRAMBufferSizeMB(1_900)
                            .setMergePolicy(NoMergePolicy.INSTANCE)
                            .setUseCompoundFile(false));
            writer.commit();
            reader = DirectoryReader.open(directory);
            searcher = new IndexSearcher(reader);
        }

        @Override
        public void index(List<String> texts) throws IOException {
            for (int i = 0; i < texts.size(); i++) {
                org.apache.lucene.document.Document document = new org.apache.lucene.document.Document();
                String id = Integer.toString(i);
                document.add(new StringField("id", id, Field.Store.YES));
                document.add(new TextField("body", texts.get(i), Field.Store.NO));
                writer.updateDocument(new Term("id", id), document);
            }
            writer.commit();
        }

        @Override
        public void open() throws IOException {
            reader.close();
            reader = DirectoryReader.open(directory);
            searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
        }

        @Override
        public double[] search(Kind kind, String words) throws IOException {
            org.apache.lucene.search.Query query =
                    switch (kind) {
                        case OR -> words(words, BooleanClause.Occur.SHOULD);
                        case AND -> words(words, BooleanClause.Occur.MUST);
                        case PHRASE -> new PhraseQuery("body", words.split(" ", -1));
                        case PREFIX -> new PrefixQuery(new Term("body", prefix(words)));
                        case FUZZY -> new FuzzyQuery(new Term("body", misspelt(words)), 1);
                    };
            ScoreDoc[] hits = searcher.search(query, 10).scoreDocs;
            return Arrays.stream(hits).mapToDouble(hit -> hit.score).toArray();
        }

        private static org.apache.lucene.search.Query words(String words, BooleanClause.Occur occur) {
            BooleanQuery.Builder all = new BooleanQuery.Builder();
            for (String word : words.split(" ", -1)) {
                all.add(new TermQuery(new Term("body", word)), occur);
            }
            return all.build();
        }

        @Override
        public void close() throws IOException {
            reader.close();
            writer.close();
            directory.close();
        }
    }
}
