package dev.backendmastery.patterns.outbox;

import dev.backendmastery.messaging.log.Bytes;

/** What is kept in order. */
record OrderKey(String topic, Bytes key) {}
