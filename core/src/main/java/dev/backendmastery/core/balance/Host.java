package dev.backendmastery.core.balance;

import java.util.concurrent.atomic.AtomicInteger;

/** A node and what is known of it. */
final class Host<N> {

    final N node;
    final AtomicInteger inFlight = new AtomicInteger();

    // Guarded by this; read without it.
    private volatile double latency;
    private volatile long stamp;

    Host(N node, double latency, long now) {
        this.node = node;
        this.latency = latency;
        this.stamp = now;
    }

    /** Takes a latency in: at once if it is higher, else by how much time has passed. */
    synchronized void observe(double nanos, long now, double tau) {
        double elapsed = Math.max(0, now - stamp);
        latency = nanos > latency ? nanos : nanos + (latency - nanos) * Math.exp(-elapsed / tau);
        stamp = now;
    }

    /** The latency by what is known, which fades. */
    double latency(long now, double tau) {
        double elapsed = Math.max(0, now - stamp);
        return elapsed < tau / 16 ? latency : latency * Math.exp(-elapsed / tau);
    }

    double lastLatency() {
        return latency;
    }
}
