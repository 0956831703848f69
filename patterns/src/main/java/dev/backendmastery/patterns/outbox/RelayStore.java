package dev.backendmastery.patterns.outbox;

import dev.backendmastery.core.lease.Lease;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What a relay reads and writes. */
interface RelayStore {

    /**
     * The server at one moment.
     *
     * @param now which transactions had ended
     * @param due for each lane with a key to try again, in what time
     */
    record Look(Snapshot now, Map<Integer, Duration> due) {}

    /**
     * Rows by id.
     *
     * @param complete whether the window has no others after them
     */
    record Page(List<OutboxRow> rows, boolean complete) {}

    /** All lanes that there are. */
    List<Integer> lanes();

    /** The window up to which {@code lane} is marked as sent. */
    Window window(int lane);

    Look look(Collection<Integer> lanes);

    /** The next rows of an open window. */
    Page read(int lane, Window window, int maxRows, int maxBytes);

    /**
     * Keys of the lane that are to be tried again now, and not parked.
     */
    List<OrderKey> due(int lane);

    /** The first messages of a key that is held back. */
    List<OutboxRow> held(OrderKey key, int maxRows, int maxBytes);

    /**
     * Marks {@code window} as sent and holds back {@code result}'s rest, if {@code lease} is still the newest.
     *
     * @throws dev.backendmastery.core.lease.StaleEpochException if it is not; nothing is written
     */
    void mark(Lease lease, int lane, Window window, PagePublisher.Result result, RelaySettings settings);

    /**
     * Removes from what is held back of {@code key} what is not in {@code result}'s rest; and says when it is tried again, if
     * {@code lease} is still the newest.
     *
     * @param tried what {@link #held} gave
     */
    void markHeld(
            Lease lease, OrderKey key, List<OutboxRow> tried, PagePublisher.Result result, RelaySettings settings);

    /** Says that a relay is there. @return the names of all that said so within {@code within}, sorted */
    List<String> present(String name, Duration within);

    /** Says that a relay is gone. */
    void absent(String name);
}
