package dev.backendmastery.core.time;

/** One class, so that a call site in production sees one implementation and inlines it. */
enum SystemTicker implements Ticker {
    INSTANCE;

    @Override
    public long nanos() {
        return System.nanoTime();
    }
}
