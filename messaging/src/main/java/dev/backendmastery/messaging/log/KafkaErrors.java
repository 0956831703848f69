package dev.backendmastery.messaging.log;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.FencedMemberEpochException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Kafka's errors in this room's words. */
final class KafkaErrors {

    private KafkaErrors() {}

    /** The exception to throw for {@code failure} of what was tried. */
    static MessageLogException of(String tried, Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (isFenced(cause)) {
            return new FencedException(tried + ": another has taken over", cause);
        }
        if (cause instanceof UnknownTopicOrPartitionException) {
            return new UnknownTopicException("topic or partition: " + tried);
        }
        return new LogUnavailableException(tried + " failed: " + cause.getMessage(), cause);
    }

    static boolean isFenced(Throwable failure) {
        return failure instanceof ProducerFencedException
                || failure instanceof InvalidProducerEpochException
                || failure instanceof CommitFailedException
                || failure instanceof RebalanceInProgressException
                || failure instanceof FencedInstanceIdException
                || failure instanceof FencedMemberEpochException
                || failure instanceof StaleMemberEpochException
                || failure instanceof UnknownMemberIdException
                || (failure instanceof KafkaException && failure.getCause() != null && isFenced(failure.getCause()));
    }
}
