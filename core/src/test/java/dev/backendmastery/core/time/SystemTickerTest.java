package dev.backendmastery.core.time;

final class SystemTickerTest extends TickerContract {

    @Override
    protected Ticker ticker() {
        return Ticker.system();
    }

    @Override
    protected Sleeper sleeper() {
        return Sleeper.system();
    }
}
