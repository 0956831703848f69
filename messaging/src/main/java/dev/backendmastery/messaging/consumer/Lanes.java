package dev.backendmastery.messaging.consumer;

import dev.backendmastery.messaging.consumer.Lane.State;
import dev.backendmastery.messaging.log.LogRecord;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that were taken and are not finished, in lanes. A lane outlives the assignment of its tasks as long as one of them
 * runs: so two handlers never run at once for a key, even if its partition went and came back meanwhile.
 *
 * <p><b>Threads.</b> Safe for any number; one lock, held for a few instructions.
 */
final class Lanes {

    private final Map<Object, Lane> lanes = new HashMap<>();
    private final BlockingQueue<Lane> ready = new LinkedBlockingQueue<>();
    private final int lowRecords;
    private final long maxBytes;
    private final Runnable onRoom;
    private int inFlight;
    private long inFlightBytes;

    /**
     * @param lowRecords with no more in flight there is room
     * @param maxBytes and with less than so many bytes
     * @param onRoom run, under the lock, when room comes to be
     */
    Lanes(int lowRecords, long maxBytes, Runnable onRoom) {
        this.lowRecords = lowRecords;
        this.maxBytes = maxBytes;
        this.onRoom = onRoom;
    }

    /** Whether all that one poll may return can be added. */
    synchronized boolean hasRoom() {
        return inFlight <= lowRecords && inFlightBytes < maxBytes;
    }

    synchronized int inFlight() {
        return inFlight;
    }

    synchronized long inFlightBytes() {
        return inFlightBytes;
    }

    /** Adds a task; {@code key} is that of the records that wait for each other, null if this one waits for none. */
    synchronized void add(LogRecord record, Assignment assignment, @Nullable Object key) {
        Lane lane = lanes.computeIfAbsent(key == null ? new Object() : key, Lane::new);
        Task task = new Task(record, assignment, lane);
        inFlight++;
        inFlightBytes += task.bytes;
        lane.tasks.add(task);
        queue(lane);
    }

    private void queue(Lane lane) {
        if (lane.state == State.READY && !lane.queued && !lane.tasks.isEmpty()) {
            lane.queued = true;
            ready.add(lane);
        }
    }

    /** The next task to run, of any lane. */
    Task take() throws InterruptedException {
        while (true) {
            Task task = begin(ready.take());
            if (task != null) {
                return task;
            }
        }
    }

    private synchronized @Nullable Task begin(Lane lane) {
        lane.queued = false;
        Task task = lane.tasks.peek();
        if (task == null || lane.state != State.READY) {
            return null;
        }
        lane.state = State.RUNNING;
        task.assignment.busy.incrementAndGet();
        return task;
    }

    /**
     * The task has come to its end.
     *
     * @return the lane's next one, for the same thread to go on with, if no other lane waits for a thread
     */
    synchronized @Nullable Task end(Task task, boolean goOn) {
        remove(task);
        Lane lane = task.lane;
        lane.tasks.poll();
        lane.state = State.READY;
        task.assignment.busy.decrementAndGet();
        Task next = lane.tasks.peek();
        if (next == null) {
            forget(lane);
            return null;
        }
        if (goOn && ready.isEmpty()) {
            lane.state = State.RUNNING;
            next.assignment.busy.incrementAndGet();
            return next;
        }
        queue(lane);
        return null;
    }

    private void remove(Task task) {
        boolean had = hasRoom();
        inFlight--;
        inFlightBytes -= task.bytes;
        if (!had && hasRoom()) {
            onRoom.run();
        }
    }

    private void forget(Lane lane) {
        if (lane.tasks.isEmpty() && lane.state == State.READY) {
            lanes.remove(lane.key, lane);
        }
    }

    /**
     * The running task waits for a timer; its successors wait with it.
     *
     * @return false if its assignment is over: it was dropped
     */
    synchronized boolean hold(Task task) {
        if (!task.assignment.open) {
            end(task, false);
            return false;
        }
        task.lane.state = State.HELD;
        task.assignment.busy.decrementAndGet();
        return true;
    }

    /** What {@link #hold} held goes on; does nothing if it was dropped meanwhile. */
    synchronized void release(Task task) {
        Lane lane = task.lane;
        if (lane.state == State.HELD && lane.tasks.peek() == task) {
            lane.state = State.READY;
            queue(lane);
        }
    }

    /** Drops the tasks of {@code assignment} but those that run. */
    synchronized void drop(Assignment assignment) {
        for (Lane lane : List.copyOf(lanes.values())) {
            Iterator<Task> tasks = lane.tasks.iterator();
            Task head = lane.tasks.peek();
            while (tasks.hasNext()) {
                Task task = tasks.next();
                boolean runs = task == head && lane.state == State.RUNNING;
                if (task.assignment == assignment && !runs) {
                    tasks.remove();
                    remove(task);
                    if (task == head) {
                        lane.state = State.READY;
                    }
                }
            }
            queue(lane);
            forget(lane);
        }
    }
}
