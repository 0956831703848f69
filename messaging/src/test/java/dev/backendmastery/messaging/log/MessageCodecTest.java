package dev.backendmastery.messaging.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class MessageCodecTest {

    private final Random random = new Random(7);

    private Message any() {
        Message.Builder builder = Message.of(
                        new UUID(random.nextLong(), random.nextLong()),
                        "type." + random.nextInt(1000),
                        Instant.ofEpochMilli(random.nextInt(Integer.MAX_VALUE)))
                .version(1 + random.nextInt(Envelope.MAX_VERSION));
        if (random.nextBoolean()) {
            builder.key(bytes(random.nextInt(40)));
        }
        if (random.nextBoolean()) {
            builder.traceParent(String.format("00-%032x-%016x-01", random.nextLong(), random.nextLong()));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            builder.header("h" + i, bytes(random.nextInt(200)));
        }
        return random.nextInt(5) == 0
                ? builder.tombstone().build()
                : builder.payload("a/b", bytes(random.nextInt(300))).build();
    }

    private Bytes bytes(int count) {
        byte[] content = new byte[count];
        random.nextBytes(content);
        return Bytes.of(content);
    }

    @Test
    @DisplayName("what was encoded is decoded, and its size is known before")
    void roundTrip() {
        for (int i = 0; i < 2000; i++) {
            Message message = any();
            byte[] bytes = MessageCodec.encode(message);
            assertEquals(MessageCodec.size(message), bytes.length);
            assertEquals(message, MessageCodec.decode(bytes));
        }
    }

    @Test
    @DisplayName("the form is fixed: version 1, byte by byte")
    void form() {
        Message message = Message.of(new UUID(1, 2), "t", Instant.ofEpochMilli(3))
                .key("k")
                .header("h", Bytes.utf8("v"))
                .text("p")
                .build();
        byte[] expected = {
            1, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 1, 1, 't', 10, 't', 'e', 'x',
            't', '/', 'p', 'l', 'a', 'i', 'n', 1, 'k', 1, 1, 'h', 1, 'v', 1, 'p'
        };
        assertArrayEquals(expected, MessageCodec.encode(message));
    }

    @Test
    @DisplayName("whatever bytes are decoded or refused, never half, and what is decoded has no other form")
    void fuzz() {
        int decoded = 0;
        for (int i = 0; i < 60_000; i++) {
            byte[] bytes = MessageCodec.encode(any());
            switch (random.nextInt(4)) {
                case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                case 1 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(5));
                case 2 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                default -> {
                    for (int j = 0; j < 4; j++) {
                        bytes[random.nextInt(Math.min(60, bytes.length))] = (byte) random.nextInt(256);
                    }
                }
            }
            try {
                Message message = MessageCodec.decode(bytes);
                assertArrayEquals(bytes, MessageCodec.encode(message));
                decoded++;
            } catch (MessageFormatException e) {
                assertTrue(String.valueOf(e.getMessage()).length() > 0);
            }
        }
        assertTrue(decoded > 1000, "some changes only change a value");
    }

    @Test
    @DisplayName("a cut or longer form is always refused")
    void cut() {
        for (int i = 0; i < 200; i++) {
            byte[] bytes = MessageCodec.encode(any());
            for (int length = 0; length < bytes.length; length++) {
                byte[] shorter = Arrays.copyOf(bytes, length);
                assertThrows(MessageFormatException.class, () -> MessageCodec.decode(shorter));
            }
            assertThrows(
                    MessageFormatException.class, () -> MessageCodec.decode(Arrays.copyOf(bytes, bytes.length + 1)));
        }
        assertThrows(MessageFormatException.class, () -> MessageCodec.decode(new byte[Message.MAX_BYTES + 1]));
    }

    @Test
    void refusesWhatIsOutOfRange() {
        UUID id = new UUID(0, 1);
        Instant time = Instant.EPOCH;
        assertThrows(
                IllegalArgumentException.class, () -> Message.of(id, "", time).build());
        assertThrows(IllegalArgumentException.class, () -> Message.of(id, "\u00e9", time)
                .build());
        assertThrows(IllegalArgumentException.class, () -> Message.of(id, "t".repeat(256), time)
                .build());
        assertThrows(IllegalArgumentException.class, () -> Message.of(id, "t", time.minusMillis(1))
                .build());
        assertThrows(IllegalArgumentException.class, () -> Message.of(id, "t", Instant.MAX)
                .build());
        assertThrows(
                IllegalArgumentException.class,
                () -> Message.of(id, "t", time).version(0).build());
        assertThrows(
                IllegalArgumentException.class,
                () -> Message.of(id, "t", time).traceParent("00-1-2-3").build());
        assertThrows(IllegalArgumentException.class, () -> Message.of(id, "t", time)
                .payload("a/b", Bytes.of(new byte[Message.MAX_BYTES]))
                .build());
        Message.Builder many = Message.of(id, "t", time);
        for (int i = 0; i <= Message.MAX_HEADERS; i++) {
            many.header("h", Bytes.of(new byte[0]));
        }
        assertThrows(IllegalArgumentException.class, many::build);
        assertThrows(IllegalArgumentException.class, () -> new Partition("a/b", 0));
        assertThrows(IllegalArgumentException.class, () -> new Partition("..", 0));
        assertThrows(IllegalArgumentException.class, () -> new Partition("a", -1));
        assertThrows(IllegalArgumentException.class, () -> Topic.of("a", 0));
        assertThrows(IllegalArgumentException.class, () -> new Commit(-1, ""));
        assertThrows(IllegalArgumentException.class, () -> new Commit(1, "x".repeat(4097)));
        assertThrows(IllegalArgumentException.class, () -> Subscription.of("g"));
        assertThrows(
                IllegalArgumentException.class, () -> Subscription.of("g", "t").maxRecords(0));
        assertEquals(List.of(), Message.of(id, "t", time).build().headers());
    }
}
