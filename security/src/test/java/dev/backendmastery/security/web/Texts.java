package dev.backendmastery.security.web;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.security.web.WebRefusedException.Reason;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.function.Executable;

/** Texts that an attacker might send, the same in each run, and what must become of them. */
final class Texts {

    private static final String NASTY =
            "\0\t\n\r \u007f\u00a0\u2028\u3002\uff0e\ud800%./\\:;@?#[]=&,\"'<>*-_~+0129afxAFX";

    private Texts() {}

    /** Makes {@code count} texts out of {@code seeds}, changed, cut, joined. */
    static void each(int count, List<String> seeds, Consumer<String> trial) {
        Random random = new Random(20_260_314);
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
            if (random.nextInt(8) == 0) {
                text.insert(random.nextInt(text.length() + 1), seeds.get(random.nextInt(seeds.size())));
            }
            for (int edits = random.nextInt(5); edits > 0; edits--) {
                int at = random.nextInt(text.length() + 1);
                char c = random.nextInt(4) == 0
                        ? (char) random.nextInt(0x10000)
                        : NASTY.charAt(random.nextInt(NASTY.length()));
                switch (random.nextInt(4)) {
                    case 0 -> text.insert(at, c);
                    case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(4)));
                    case 2 -> text.setLength(at);
                    default -> {
                        if (at < text.length()) {
                            text.setCharAt(at, c);
                        }
                    }
                }
            }
            try {
                trial.accept(text.toString());
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("text " + i + ": " + text, e);
            }
        }
    }

    /** Whether it passes; anything but a refusal is the test's failure. */
    static boolean passes(Runnable check) {
        try {
            check.run();
            return true;
        } catch (WebRefusedException e) {
            return false;
        }
    }

    /** The reason for which it is refused. */
    static Reason refused(Executable check, String what) {
        return assertThrows(WebRefusedException.class, check, what).reason();
    }
}
