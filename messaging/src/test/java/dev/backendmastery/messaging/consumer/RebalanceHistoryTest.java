package dev.backendmastery.messaging.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.engines.Kafka;
import dev.backendmastery.messaging.log.KafkaLog;
import dev.backendmastery.messaging.log.Message;
import dev.backendmastery.messaging.log.MessageLog;
import dev.backendmastery.messaging.log.Topic;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Members in processes of their own on a real broker, while others join and leave, are killed, stopped for longer than their
 * session, and the broker is killed. All write what they have handled to the end of one file; what is in it is checked.
 */
final class RebalanceHistoryTest {

    private static final int KEYS = 40;
    private static final int PARTITIONS = 8;
    private static final Duration SESSION = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final int MOST_STALLS = 4;

    /** What is done to the group. */
    enum Fault {
        JOIN,
        LEAVE,
        KILL,
        STOP,
        BROKER
    }

    @TempDir
    Path folder = Path.of("");

    @Test
    @DisplayName("RH-1 over 8 forced rebalances nothing is lost or out of order, and only what was killed is repeated")
    @Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
    void shortHistory() throws Exception {
        List<Fault> faults = new ArrayList<>(List.of(
                Fault.JOIN, Fault.LEAVE, Fault.KILL, Fault.STOP, Fault.BROKER, Fault.KILL, Fault.JOIN, Fault.LEAVE));
        Collections.shuffle(faults, new Random(5));
        Verdict verdict = run("ours", faults, new Random(5));
        System.out.println("ours, 8 rebalances: " + verdict);
        verdict.check();
    }

    @Test
    @Tag("soak")
    @DisplayName("RH-1 over 50 forced rebalances")
    @Timeout(value = 1200, threadMode = ThreadMode.SEPARATE_THREAD)
    void longHistory() throws Exception {
        long seed = System.nanoTime();
        Verdict verdict = run("ours", faults(50, new Random(seed)), new Random(seed));
        System.out.println("ours, 50 rebalances, seed " + seed + ": " + verdict);
        verdict.check();
    }

    @Test
    @Tag("soak")
    @DisplayName("the parallel consumer over 50 forced rebalances, for contrast: figures, no verdict")
    @Timeout(value = 2400, threadMode = ThreadMode.SEPARATE_THREAD)
    void contrast() throws Exception {
        long seed = System.nanoTime();
        Verdict verdict = run("peer", faults(50, new Random(seed)), new Random(seed));
        System.out.println("parallel-consumer, 50 rebalances, seed " + seed + ": " + verdict);
        assertTrue(verdict.handled > 0);
    }

    private static List<Fault> faults(int count, Random random) {
        List<Fault> faults = new ArrayList<>();
        while (faults.size() < count) {
            faults.addAll(List.of(Fault.values()));
        }
        List<Fault> some = new ArrayList<>(faults.subList(0, count));
        Collections.shuffle(some, random);
        return some;
    }

    // What was handled, and what is to be said of it.

    private record Verdict(
            int records,
            int handled,
            int lost,
            int inverted,
            int repeated,
            int unexplained,
            List<String> stalls,
            List<String> words) {

        void check() {
            assertEquals(0, lost, () -> "lost; " + words);
            assertEquals(0, inverted, () -> "out of order; " + words);
            assertEquals(0, unexplained, () -> "repeated for no stated reason; " + words);
            assertEquals(List.of(), stalls);
        }
    }

    /**
     * Reads the history. A record must not be handled before all that come before it in its key were; it may be handled again
     * if who handled it before, or handles it now, was killed or stopped, or if the broker was down meanwhile.
     */
    private static Verdict judge(List<String> history, Map<String, Integer> sent, List<String> stalls) {
        Map<String, Integer> done = new HashMap<>();
        Map<String, Integer> lastAt = new HashMap<>();
        List<Integer> faultsAt = new ArrayList<>();
        List<String> words = new ArrayList<>();
        int inverted = 0;
        int repeated = 0;
        int unexplained = 0;
        int handled = 0;
        for (int at = 0; at < history.size(); at++) {
            String[] line = history.get(at).split(" ", -1);
            if (line[0].equals("F")) {
                faultsAt.add(at);
                continue;
            }
            handled++;
            String key = line[2];
            int number = Integer.parseInt(line[3]);
            int next = done.getOrDefault(key, 0);
            Integer before = lastAt.put(key + " " + number, at);
            if (number > next) {
                inverted++;
                words.add(history.get(at) + " when " + next + " was next, line " + at);
            }
            done.put(key, Math.max(next, number + 1));
            if (before != null) {
                repeated++;
                String who = history.get(before).split(" ", -1)[1];
                if (!isExplained(history, faultsAt, who, line[1], before)) {
                    unexplained++;
                    words.add(history.get(at) + " again, line " + at + ", before by " + who + ", line " + before
                            + ", faults "
                            + faultsAt.stream()
                                    .filter(fault -> fault > before - 2000)
                                    .map(history::get)
                                    .toList());
                }
            }
        }
        int lost = 0;
        for (Map.Entry<String, Integer> key : sent.entrySet()) {
            for (int number = 0; number < key.getValue(); number++) {
                lost += lastAt.containsKey(key.getKey() + " " + number) ? 0 : 1;
            }
        }
        int records = sent.values().stream().mapToInt(Integer::intValue).sum();
        return new Verdict(
                records,
                handled,
                lost,
                inverted,
                repeated,
                unexplained,
                stalls,
                words.subList(0, Math.min(20, words.size())));
    }

    private static boolean isExplained(
            List<String> history, List<Integer> faultsAt, String one, String other, int before) {
        for (int i = 0; i < faultsAt.size(); i++) {
            String[] fault = history.get(faultsAt.get(i)).split(" ", -1);
            // Until the one after the next, since what a fault began may go on for a while.
            int end = i + 2 < faultsAt.size() ? faultsAt.get(i + 2) : Integer.MAX_VALUE;
            if (end > before) {
                boolean its = fault[2].equals(one) || fault[2].equals(other);
                boolean harsh = fault[1].equals("KILL") || fault[1].equals("STOP");
                if (fault[1].equals("BROKER") || (its && harsh)) {
                    return true;
                }
            }
        }
        return false;
    }

    // The processes.

    private Verdict run(String mode, List<Fault> faults, Random random) throws Exception {
        try (Kafka kafka = Kafka.builder()
                .setting("group.consumer.session.timeout.ms", Long.toString(SESSION.toMillis()))
                .setting("group.consumer.min.session.timeout.ms", "1000")
                .setting("group.min.session.timeout.ms", "1000")
                .start()) {
            return new Run(kafka, mode, random).run(faults);
        }
    }

    /** Appends numbered records of each key, without end. */
    private static final class Sender implements AutoCloseable {
        private final MessageLog log;
        private final String topic;
        private final Map<String, Integer> sent = new LinkedHashMap<>();
        private final Semaphore room = new Semaphore(200);
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>(null);
        private final Thread thread = new Thread(this::run);
        private volatile boolean over;

        Sender(MessageLog log, String topic) {
            this.log = log;
            this.topic = topic;
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            try {
                for (int i = 0; !over; i++) {
                    String key = "k" + i % KEYS;
                    int number = sent.getOrDefault(key, 0);
                    room.acquire();
                    Message message = Message.of(new UUID(1, i), "t", Instant.EPOCH)
                            .key(key)
                            .text(key + " " + number)
                            .build();
                    var unused = log.append(topic, message).whenComplete((position, thrown) -> {
                        if (thrown != null) {
                            failure.compareAndSet(null, thrown);
                        }
                        room.release();
                    });
                    sent.put(key, number + 1);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                }
                room.acquire(200);
            } catch (InterruptedException e) {
                failure.compareAndSet(null, e);
            }
        }

        @Override
        public void close() {
            over = true;
            try {
                thread.join(TimeUnit.MINUTES.toMillis(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private final class Run {
        private final Kafka kafka;
        private final String mode;
        private final Random random;
        private final Path file = folder.resolve("history");
        private final String topic = ConsumerContract.name();
        private final String group = ConsumerContract.name();
        private final Map<String, Process> members = new LinkedHashMap<>();
        private int names;
        private final List<String> stalls = new ArrayList<>();

        Run(Kafka kafka, String mode, Random random) {
            this.kafka = kafka;
            this.mode = mode;
            this.random = random;
        }

        Verdict run(List<Fault> faults) throws Exception {
            Files.createFile(file);
            try (MessageLog log = KafkaLog.at(kafka.bootstrapServers())
                    .timeout(Duration.ofMinutes(1))
                    .open()) {
                log.createTopic(Topic.of(topic, PARTITIONS));
                for (int i = 0; i < 3; i++) {
                    join();
                }
                Sender sender = new Sender(log, topic);
                try (sender) {
                    awaitProgress(PARTITIONS * 20);
                    for (Fault fault : faults) {
                        if (stalls.size() == MOST_STALLS) {
                            break;
                        }
                        apply(fault);
                        awaitProgress(150);
                    }
                }
                assertEquals(null, sender.failure.get());
                int total = sender.sent.values().stream()
                        .mapToInt(Integer::intValue)
                        .sum();
                boolean all = await(Duration.ofSeconds(60), () -> distinct() >= total);
                if (!all) {
                    stall("the rest");
                }
                return judge(lines(), sender.sent, stalls);
            } finally {
                members.values().forEach(Process::destroyForcibly);
            }
        }

        private List<String> lines() {
            try {
                return Files.readAllLines(file);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private int distinct() {
            Set<String> all = new HashSet<>();
            for (String line : lines()) {
                String[] parts = line.split(" ", -1);
                if (parts[0].equals("H")) {
                    all.add(parts[2] + " " + parts[3]);
                }
            }
            return all.size();
        }

        /** Until so many more were handled for the first time. */
        private void awaitProgress(int more) {
            int before = distinct();
            if (!await(PATIENCE, () -> distinct() >= before + more)) {
                stall("progress");
            }
        }

        /** What should have come about, and did not in time. */
        private void stall(String what) {
            List<String> members = this.members.entrySet().stream()
                    .map(member -> member.getKey() + (member.getValue().isAlive() ? "" : " dead"))
                    .toList();
            List<String> faults =
                    lines().stream().filter(line -> line.startsWith("F ")).toList();
            stalls.add("no " + what + " after " + faults.subList(Math.max(0, faults.size() - 3), faults.size())
                    + " with " + members);
        }

        private static boolean await(Duration patience, BooleanSupplier goal) {
            long start = System.nanoTime();
            while (!goal.getAsBoolean()) {
                if (System.nanoTime() - start > patience.toNanos()) {
                    return false;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
            return true;
        }

        private void note(String what) throws IOException {
            Files.writeString(file, "F " + what + "\n", StandardOpenOption.APPEND);
        }

        private void join() throws IOException {
            String name = "m" + names++;
            Process process = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            HistoryMember.class.getName(),
                            kafka.bootstrapServers(),
                            topic,
                            group,
                            file.toString(),
                            name,
                            mode))
                    .redirectError(Redirect.INHERIT)
                    .redirectOutput(Redirect.DISCARD)
                    .start();
            members.put(name, process);
        }

        private void apply(Fault wanted) throws IOException, InterruptedException {
            Fault fault = wanted == Fault.LEAVE && members.size() < 3 ? Fault.JOIN : wanted;
            fault = fault == Fault.JOIN && members.size() > 4 ? Fault.LEAVE : fault;
            List<String> all = List.copyOf(members.keySet());
            String victim = all.get(random.nextInt(all.size()));
            Process process = members.get(victim);
            if (process == null) {
                throw new IllegalStateException(victim);
            }
            note(fault + " " + victim);
            switch (fault) {
                case JOIN -> {
                    join();
                    String name = "m" + (names - 1);
                    if (!await(Duration.ofSeconds(45), () -> lines().stream()
                            .anyMatch(line -> line.startsWith("H " + name + " ")))) {
                        stall(name + " to handle anything");
                    }
                }
                case LEAVE -> {
                    process.getOutputStream().close();
                    boolean ended = process.waitFor(30, TimeUnit.SECONDS);
                    if (!ended) {
                        stall(victim + " to end");
                        process.destroyForcibly().waitFor();
                    } else if (mode.equals("ours")) {
                        assertEquals(0, process.exitValue(), victim + " did not end in order");
                    }
                    members.remove(victim);
                }
                case KILL -> {
                    process.destroyForcibly().waitFor();
                    members.remove(victim);
                    join();
                }
                case STOP -> {
                    signal("STOP", process);
                    LockSupport.parkNanos(SESSION.plusMillis(1500).toNanos());
                    signal("CONT", process);
                }
                case BROKER -> {
                    kafka.kill();
                    kafka.restart();
                }
                default -> throw new IllegalStateException();
            }
        }

        private static void signal(String signal, Process process) throws IOException, InterruptedException {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
            assertEquals(0, kill.waitFor());
        }
    }
}
