package dev.backendmastery.messaging.consumer;

import dev.backendmastery.core.kit.Kit;
import dev.backendmastery.messaging.log.Commit;
import dev.backendmastery.messaging.log.ForwardingLog;
import dev.backendmastery.messaging.log.ForwardingMember;
import dev.backendmastery.messaging.log.GroupListener;
import dev.backendmastery.messaging.log.GroupMember;
import dev.backendmastery.messaging.log.LogRecord;
import dev.backendmastery.messaging.log.LogTransactions;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Partition;
import dev.backendmastery.messaging.log.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Each planted fault is convicted by its clauses and no others. */
final class TransactionalConsumerContractBitesTest {

    abstract static class Planted extends TransactionalConsumerContract {
        @Override
        protected MessageLog open() {
            return new TransactingMemoryLog();
        }

        @Override
        protected Duration patience() {
            return Duration.ofSeconds(2);
        }
    }

    abstract static class PlantedWriter extends Planted {
        abstract LogTransactions plant(LogTransactions real, MessageLog log);

        @Override
        protected MessageLog log(MessageLog log) {
            return new ForwardingLog(log) {
                @Override
                public LogTransactions transactions(String id) {
                    return plant(log.transactions(id), log);
                }
            };
        }
    }

    static final class NoFault extends Planted {}

    static final class PollsOnAfterAnAbort extends Planted {
        @Override
        protected MessageLog log(MessageLog log) {
            return new ForwardingLog(log) {
                @Override
                public GroupMember join(Subscription subscription, GroupListener listener) {
                    return new ForwardingMember(log.join(subscription, listener)) {
                        @Override
                        public void seek(Partition partition, long offset) {}
                    };
                }
            };
        }
    }

    static final class CommitsOffsetsBesides extends PlantedWriter {
        @Override
        LogTransactions plant(LogTransactions real, MessageLog log) {
            return new ForwardingTransactions(real) {
                @Override
                public void commitOffsets(GroupMember member, Map<Partition, Commit> commits) {
                    member.commit(commits);
                }
            };
        }
    }

    static final class AppendsBesides extends PlantedWriter {
        @Override
        LogTransactions plant(LogTransactions real, MessageLog log) {
            return new ForwardingTransactions(real) {
                @Override
                public void append(String topic, Message message) {
                    log.append(topic, message).join();
                }
            };
        }
    }

    static final class SkipsWhatFails extends Planted {
        @Override
        protected Function<LogRecord, List<Outgoing>> transform(Function<LogRecord, List<Outgoing>> transform) {
            return record -> {
                try {
                    return transform.apply(record);
                } catch (IllegalStateException e) {
                    return List.of();
                }
            };
        }
    }

    @Test
    void convictsFaultsAndAcquitsWhatIsRight() {
        Kit.convicts(NoFault.class);
        Kit.convicts(PollsOnAfterAnAbort.class, "TC-1", "TC-4");
        Kit.convicts(CommitsOffsetsBesides.class, "TC-1", "TC-4");
        Kit.convicts(AppendsBesides.class, "TC-1", "TC-4", "TC-5");
        Kit.convicts(SkipsWhatFails.class, "TC-5");
    }
}
