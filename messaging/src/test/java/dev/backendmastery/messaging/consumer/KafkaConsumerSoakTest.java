package dev.backendmastery.messaging.consumer;

import org.junit.jupiter.api.Tag;

/** All clauses on a real broker. */
@Tag("soak")
final class KafkaConsumerSoakTest extends KafkaConsumerTest {}
