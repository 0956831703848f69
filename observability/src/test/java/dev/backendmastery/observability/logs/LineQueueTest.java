package dev.backendmastery.observability.logs;

final class LineQueueTest extends LineQueueContract {}
