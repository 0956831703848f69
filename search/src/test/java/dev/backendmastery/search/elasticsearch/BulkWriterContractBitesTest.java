package dev.backendmastery.search.elasticsearch;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.core.time.Sleeper;
import dev.backendmastery.search.index.Document;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Each planted fault is convicted by its clauses and no others. */
final class BulkWriterContractBitesTest {

    @Test
    void convictsEachFault() {
        Kit.convicts(NoFault.class);
        Kit.convicts(AcksBeforeTheEngine.class, "BI-8");
        Kit.convicts(DropsDeletes.class, "BI-1", "BI-6");
        Kit.convicts(AcksWhatFailed.class, Set.of("BI-5", "BI-8", "BI-9", "BI-10"), Set.of("BI-7"));
        Kit.convicts(SendsMoreAtOnce.class, "BI-2", "BI-5");
        Kit.convicts(SendsLargerBatches.class, "BI-2");
        Kit.convicts(WaitsForFullBatches.class, "BI-1", "BI-2");
        Kit.convicts(TakesAnyNumber.class, "BI-3");
        Kit.convicts(ResendsTheWholeBatch.class, "BI-4");
        Kit.convicts(WaitsForNothing.class, "BI-4");
        Kit.convicts(GivesUpAtOnce.class, "BI-4", "BI-9", "BI-10");
        Kit.convicts(RetriesPoison.class, "BI-5");
        Kit.convicts(LosesTheNeighboursOfPoison.class, "BI-5");
        Kit.convicts(SendsWithoutVersions.class, "BI-6");
        Kit.convicts(FlushesWithoutWaiting.class, "BI-7");
        Kit.convicts(FlushesForEver.class, "BI-7");
        Kit.convicts(ClosesAtOnce.class, "BI-8");
        Kit.convicts(ClosesForEver.class, "BI-8");
        Kit.convicts(TakesNoAnswerForAnAck.class, "BI-10");
    }

    private abstract static class Planted extends BulkWriterContract {

        BulkSink sink(BulkSink real) {
            return real;
        }

        Bounds bounds(Bounds real) {
            return real;
        }

        BulkWriter writer(BulkWriter real) {
            return real;
        }

        Sleeper sleeper(Sleeper real) {
            return real;
        }

        @Override
        protected Duration patience() {
            return Duration.ofSeconds(1);
        }

        @Override
        protected final BulkWriter create(
                BulkSink sink, Consumer<DeadDocument> deadLetters, Bounds bounds, Sleeper sleeper) {
            return writer(BulkIndexerKitTest.start(sink(sink), deadLetters, bounds(bounds), sleeper(sleeper)));
        }
    }

    private static class ForwardingWriter implements BulkWriter {
        final BulkWriter real;

        ForwardingWriter(BulkWriter real) {
            this.real = real;
        }

        @Override
        public CompletableFuture<Outcome> upsert(Document document, long version) {
            return real.upsert(document, version);
        }

        @Override
        public CompletableFuture<Outcome> delete(String id, long version) {
            return real.delete(id, version);
        }

        @Override
        public void flush(Duration most) {
            real.flush(most);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private abstract static class ForwardingSink implements BulkSink {
        final BulkSink real;

        ForwardingSink(BulkSink real) {
            this.real = real;
        }

        @Override
        public String encode(Document document) {
            return real.encode(document);
        }
    }

    static final class NoFault extends Planted {}

    /** Where it matters: of a writer that has to give up. */
    static final class AcksBeforeTheEngine extends Planted {
        private boolean plant;

        @Override
        Bounds bounds(Bounds real) {
            plant = real.closeWait().toMillis() < 1_000;
            return real;
        }

        @Override
        BulkWriter writer(BulkWriter real) {
            return !plant
                    ? real
                    : new ForwardingWriter(real) {
                        @Override
                        public CompletableFuture<Outcome> upsert(Document document, long version) {
                            return real.upsert(document, version).isDone()
                                    ? CompletableFuture.failedFuture(new IllegalStateException("so soon"))
                                    : CompletableFuture.completedFuture(Outcome.WRITTEN);
                        }
                    };
        }
    }

    static final class DropsDeletes extends Planted {
        @Override
        BulkWriter writer(BulkWriter real) {
            return new ForwardingWriter(real) {
                @Override
                public CompletableFuture<Outcome> delete(String id, long version) {
                    return version < 0 ? real.delete(id, version) : CompletableFuture.completedFuture(Outcome.WRITTEN);
                }
            };
        }
    }

    static final class AcksWhatFailed extends Planted {
        @Override
        BulkWriter writer(BulkWriter real) {
            return new ForwardingWriter(real) {
                @Override
                public CompletableFuture<Outcome> upsert(Document document, long version) {
                    return real.upsert(document, version).exceptionally(failure -> Outcome.WRITTEN);
                }
            };
        }
    }

    static final class SendsMoreAtOnce extends Planted {
        @Override
        Bounds bounds(Bounds real) {
            return real.batchItems() == 10 && real.inFlight() == 2 && real.attempts() == 5
                    ? real.batch(20, real.batchChars())
                    : real;
        }
    }

    static final class SendsLargerBatches extends Planted {
        @Override
        Bounds bounds(Bounds real) {
            return real.batch(real.batchItems(), 100_000);
        }
    }

    static final class WaitsForFullBatches extends Planted {
        @Override
        Bounds bounds(Bounds real) {
            return real.maxAge(Duration.ofHours(1));
        }
    }

    static final class TakesAnyNumber extends Planted {
        @Override
        Bounds bounds(Bounds real) {
            return real.held(1_000_000, real.maxWait());
        }
    }

    static final class ResendsTheWholeBatch extends Planted {
        @Override
        BulkSink sink(BulkSink real) {
            return new ForwardingSink(real) {
                @Override
                public List<BulkAnswer> send(List<BulkItem> batch) throws IOException, InterruptedException {
                    List<BulkAnswer> answers = real.send(batch);
                    return answers.stream().anyMatch(answer -> answer.status() == 429)
                            ? Collections.nCopies(batch.size(), new BulkAnswer(429, "again"))
                            : answers;
                }
            };
        }
    }

    static final class WaitsForNothing extends Planted {
        @Override
        Sleeper sleeper(Sleeper real) {
            return duration -> {};
        }
    }

    static final class GivesUpAtOnce extends Planted {
        @Override
        Bounds bounds(Bounds real) {
            return real.attempts(1);
        }
    }

    static final class RetriesPoison extends Planted {
        @Override
        BulkSink sink(BulkSink real) {
            return new ForwardingSink(real) {
                @Override
                public List<BulkAnswer> send(List<BulkItem> batch) throws IOException, InterruptedException {
                    return real.send(batch).stream()
                            .map(answer -> answer.status() == 422 ? new BulkAnswer(503, answer.reason()) : answer)
                            .toList();
                }
            };
        }
    }

    static final class LosesTheNeighboursOfPoison extends Planted {
        @Override
        BulkSink sink(BulkSink real) {
            return new ForwardingSink(real) {
                @Override
                public List<BulkAnswer> send(List<BulkItem> batch) throws IOException, InterruptedException {
                    List<BulkAnswer> answers = real.send(batch);
                    return answers.stream().anyMatch(answer -> answer.status() == 422)
                            ? Collections.nCopies(batch.size(), new BulkAnswer(422, "poison"))
                            : answers;
                }
            };
        }
    }

    /** Of one document: what comes last wins. */
    static final class SendsWithoutVersions extends Planted {
        @Override
        BulkSink sink(BulkSink real) {
            return new ForwardingSink(real) {
                private final AtomicLong arrivals = new AtomicLong(1_000_000);

                @Override
                public List<BulkAnswer> send(List<BulkItem> batch) throws IOException, InterruptedException {
                    return real.send(batch.stream()
                            .map(item -> item.id().equals("a")
                                    ? new BulkItem("a", arrivals.getAndIncrement(), item.source())
                                    : item)
                            .toList());
                }
            };
        }
    }

    static final class FlushesWithoutWaiting extends Planted {
        @Override
        BulkWriter writer(BulkWriter real) {
            return new ForwardingWriter(real) {
                @Override
                public void flush(Duration most) {}
            };
        }
    }

    static final class FlushesForEver extends Planted {
        @Override
        BulkWriter writer(BulkWriter real) {
            return new ForwardingWriter(real) {
                @Override
                public void flush(Duration most) {
                    real.flush(Duration.ofHours(1));
                }
            };
        }
    }

    static final class ClosesAtOnce extends Planted {
        @Override
        Bounds bounds(Bounds real) {
            return real.closeWait(Duration.ZERO);
        }
    }

    static final class ClosesForEver extends Planted {
        @Override
        Bounds bounds(Bounds real) {
            return real.closeWait().toMillis() < 1_000 ? real.closeWait(Duration.ofHours(1)) : real;
        }
    }

    static final class TakesNoAnswerForAnAck extends Planted {
        @Override
        BulkSink sink(BulkSink real) {
            return new ForwardingSink(real) {
                @Override
                public List<BulkAnswer> send(List<BulkItem> batch) throws IOException, InterruptedException {
                    try {
                        return real.send(batch);
                    } catch (IOException e) {
                        return Collections.nCopies(batch.size(), new BulkAnswer(200, ""));
                    }
                }
            };
        }
    }
}
