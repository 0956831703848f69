package dev.backendmastery.security.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backendmastery.security.password.BreachedPasswords.Ranges;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What whoever asks a list of breached passwords elsewhere must hold. */
@DisplayName("BreachedPasswords")
public abstract class BreachedPasswordsContract {

    protected abstract BreachedPasswords create(Ranges ranges);

    /** Has a list and remembers what it was asked. */
    private static final class Listing implements Ranges {
        private final TreeMap<String, Long> counts = new TreeMap<>();
        private final List<String> asked = new ArrayList<>();
        private String end = "\r\n";

        Listing() {
            for (int i = 0; i < 500; i++) {
                counts.put(RangedBreachedPasswords.sha1("breached " + i), 1L + i);
            }
        }

        @Override
        public String range(String prefix) {
            asked.add(prefix);
            StringBuilder lines = new StringBuilder();
            lines.append("0".repeat(35)).append(":0").append(end);
            for (Map.Entry<String, Long> one :
                    counts.subMap(prefix, prefix + "G").entrySet()) {
                lines.append(one.getKey().substring(5))
                        .append(':')
                        .append(one.getValue())
                        .append(end);
            }
            return lines.append("F".repeat(35)).append(":0").toString();
        }
    }

    @Test
    @DisplayName("BP-1 each password of the list is found with its count")
    final void found() {
        Listing list = new Listing();
        for (int i = 0; i < 500; i++) {
            assertEquals(1 + i, create(list).count("breached " + i));
        }
        list.end = "\n";
        assertEquals(8, create(list).count("breached 7"));
    }

    @Test
    @DisplayName("BP-2 no other is, not one of the same range, nor what fills it")
    final void notFound() {
        Listing list = new Listing();
        for (int i = 0; i < 500; i++) {
            assertEquals(0, create(list).count("never seen " + i));
            String hash = RangedBreachedPasswords.sha1("in the range " + i);
            list.counts.put(hash.substring(0, 39) + (hash.endsWith("0") ? "1" : "0"), 9L);
            assertEquals(0, create(list).count("in the range " + i));
            String filled = RangedBreachedPasswords.sha1("filling " + i);
            list.counts.put(filled, 0L);
            assertEquals(0, create(list).count("filling " + i));
        }
    }

    @Test
    @DisplayName("BP-3 who has the list learns five digits, once")
    final void anonymous() {
        Listing list = new Listing();
        create(list).count("breached 7");
        create(list).count("never seen");
        assertEquals(
                List.of(
                        RangedBreachedPasswords.sha1("breached 7").substring(0, 5),
                        RangedBreachedPasswords.sha1("never seen").substring(0, 5)),
                list.asked);
    }

    @Test
    @DisplayName(
            "BP-4 a list that is out, or that is none, is an error and not an answer, and tells nothing of the password")
    final void errors() {
        for (Ranges bad : List.<Ranges>of(
                prefix -> {
                    throw new IOException("out");
                },
                prefix -> "<html>sign in to this network</html>",
                prefix -> "0".repeat(35) + ":many",
                prefix -> "0".repeat(34) + ":1",
                prefix -> "0".repeat(40) + ":1",
                prefix -> "{\"error\":429}")) {
            String message = assertThrows(BreachListUnavailableException.class, () -> create(bad)
                            .count("planted secret"))
                    .toString();
            assertTrue(!message.contains("planted secret"), message);
        }
    }
}
