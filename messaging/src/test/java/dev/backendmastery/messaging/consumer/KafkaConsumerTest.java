package dev.backendmastery.messaging.consumer;

import dev.backendmastery.engines.Kafka;
import dev.backendmastery.messaging.log.KafkaLog;
import dev.backendmastery.messaging.log.MessageLog;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** On a real broker, those clauses that are about what it does. {@link KafkaConsumerSoakTest} runs them all. */
@ExtendWith(KafkaConsumerTest.OnlyTheBrokers.class)
class KafkaConsumerTest extends ConsumerContract {

    /** Lets only some clauses run. */
    static final class OnlyTheBrokers implements ExecutionCondition {

        private static final Set<String> CLAUSES = Set.of("CR-3", "CR-8", "CR-10", "CR-14", "CR-19");

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String clause = context.getDisplayName().split(" ", 2)[0];
            boolean runs = context.getTestMethod().isEmpty()
                    || context.getRequiredTestClass() != KafkaConsumerTest.class
                    || CLAUSES.contains(clause);
            return runs
                    ? ConditionEvaluationResult.enabled("about the broker")
                    : ConditionEvaluationResult.disabled(clause + " runs on a broker with -Psoak");
        }
    }

    private static Kafka kafka;

    @BeforeAll
    static void start() {
        kafka = Kafka.builder().start();
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Override
    protected MessageLog open() {
        return KafkaLog.at(kafka.bootstrapServers())
                .timeout(Duration.ofSeconds(20))
                .open();
    }

    @Override
    protected Duration patience() {
        return Duration.ofSeconds(30);
    }
}
