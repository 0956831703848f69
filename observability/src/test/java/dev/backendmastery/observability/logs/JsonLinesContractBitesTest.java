package dev.backendmastery.observability.logs;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** Each class below does one thing wrong, and the kit convicts it by the clauses named here. */
final class JsonLinesContractBitesTest {

    /** Ours, with the event changed before and the line after. */
    abstract static class Planted extends JsonLinesContract {
        private Subject real = event -> new byte[0];

        @Override
        protected Subject create(Parts parts) {
            real = super.create(change(parts));
            return this::encode;
        }

        Parts change(Parts parts) {
            return parts;
        }

        byte[] encode(LogEvent event) {
            return line(real.encode(event));
        }

        byte[] line(byte[] line) {
            String text = new String(line, StandardCharsets.UTF_8);
            return text(text).getBytes(StandardCharsets.UTF_8);
        }

        String text(String line) {
            return line;
        }

        final byte[] real(LogEvent event) {
            return real.encode(event);
        }
    }

    static LogEvent with(LogEvent event, List<KeyValuePair> fields, Map<String, String> mdc) {
        return new LogEvent(
                event.time(),
                event.level(),
                event.logger(),
                event.thread(),
                event.message(),
                fields,
                mdc,
                event.throwable(),
                event.span());
    }

    static LogEvent each(LogEvent event, UnaryOperator<@Nullable Object> change) {
        return with(
                event,
                event.fields().stream()
                        .map(field -> new KeyValuePair(field.key, change.apply(field.value)))
                        .toList(),
                event.mdc());
    }

    static final class NoFault extends Planted {}

    static final class RawNewline extends Planted {
        @Override
        String text(String line) {
            return line.replace("\\n", "\n");
        }
    }

    static final class RawLineSeparator extends Planted {
        @Override
        String text(String line) {
            return line.replace("\\u2028", "\u2028");
        }
    }

    static final class FormatsItself extends Planted {
        @Override
        String text(String line) {
            return line.replace("\\\"", "\"");
        }
    }

    static final class HalfSurrogates extends Planted {
        @Override
        String text(String line) {
            return line.replace("\ufffd", "\\ud83d");
        }
    }

    static final class EverythingIsText extends Planted {
        @Override
        byte[] encode(LogEvent event) {
            return super.encode(each(event, value -> value instanceof Integer ? value.toString() : value));
        }
    }

    static final class ForgetsTheSpan extends Planted {
        @Override
        String text(String line) {
            return line.replaceAll("\"trace_id\":\"[0-9a-f]*\",", "");
        }
    }

    static final class DropsOnCollision extends Planted {
        @Override
        byte[] encode(LogEvent event) {
            Set<String> schema = Set.of("message", "level", "trace_id", "exception.type");
            Map<String, KeyValuePair> first = new LinkedHashMap<>();
            event.fields().stream()
                    .filter(field -> !schema.contains(field.key))
                    .forEach(field -> first.putIfAbsent(field.key, field));
            Map<String, String> mdc = new LinkedHashMap<>(event.mdc());
            mdc.keySet().removeAll(schema);
            mdc.keySet().removeAll(first.keySet());
            return super.encode(with(event, List.copyOf(first.values()), mdc));
        }
    }

    static final class LastKeyWins extends Planted {
        @Override
        byte[] encode(LogEvent event) {
            Map<String, KeyValuePair> last = new LinkedHashMap<>();
            event.fields().forEach(field -> last.put(field.key, field));
            return super.encode(with(event, List.copyOf(last.values()), event.mdc()));
        }
    }

    static final class WritesKeysTwice extends Planted {
        @Override
        String text(String line) {
            return line.replaceAll("\"(?:fields|mdc)\\.([a-z_.]+)(?:#[0-9]+)?\"", "\"$1\"");
        }
    }

    static final class ThrowsWhatTheValueThrows extends Planted {
        @Override
        byte[] encode(LogEvent event) {
            int length = event.fields().stream()
                    .filter(field -> !(field.value instanceof Iterable))
                    .mapToInt(field -> String.valueOf(field.value).length())
                    .sum();
            return length < 0 ? new byte[0] : super.encode(event);
        }
    }

    static final class LeavesHalfALine extends Planted {
        private String rest = "";

        @Override
        String text(String line) {
            String whole = rest + line;
            rest = line.contains("[failed: ") ? "{\"time\":" : "";
            return whole;
        }
    }

    static final class AsksForMessages extends Planted {
        @Override
        byte[] encode(LogEvent event) {
            Throwable throwable = event.throwable();
            return throwable == null || throwable.getMessage() != null ? super.encode(event) : new byte[0];
        }
    }

    static final class FollowsEveryCause extends Planted {
        @Override
        byte[] encode(LogEvent event) {
            int depth = 0;
            for (Throwable e = event.throwable(); e != null; e = e.getCause()) {
                if (depth++ > 1_000) {
                    throw new IllegalStateException("as far as memory goes");
                }
            }
            return super.encode(event);
        }
    }

    static final class TakesAllOfAList extends Planted {
        @Override
        byte[] encode(LogEvent event) {
            return super.encode(each(event, value -> {
                if (value instanceof Iterable<?> many) {
                    int taken = 0;
                    for (Object one : many) {
                        if (taken++ > 10_000) {
                            throw new IllegalStateException("as far as memory goes, from " + one);
                        }
                    }
                }
                return value;
            }));
        }
    }

    static final class NoCapOfValues extends Planted {
        @Override
        Parts change(Parts parts) {
            return new Parts(parts.line(), 100_000, parts.fields(), parts.frames(), parts.redaction());
        }
    }

    static final class CutsInSilence extends Planted {
        @Override
        String text(String line) {
            return line.replace(",\"truncated\":true", "");
        }
    }

    static final class NoCapOfLines extends Planted {
        @Override
        Parts change(Parts parts) {
            return new Parts(1 << 20, parts.value(), parts.fields(), parts.frames(), parts.redaction());
        }
    }

    static final class OmitsInSilence extends Planted {
        @Override
        String text(String line) {
            return line.replaceAll(",\"omitted\":[0-9]+", "");
        }
    }

    static final class EveryFrame extends Planted {
        @Override
        Parts change(Parts parts) {
            return new Parts(parts.line(), parts.value(), parts.fields(), 1_000, parts.redaction());
        }
    }

    static final class HidesNothing extends Planted {
        @Override
        Parts change(Parts parts) {
            return new Parts(parts.line(), parts.value(), parts.fields(), parts.frames(), Redaction.none());
        }
    }

    static final class OwnPatternsForgotten extends Planted {
        @Override
        Parts change(Parts parts) {
            Redaction without = Redaction.builder().key("pin").build();
            return new Parts(parts.line(), parts.value(), parts.fields(), parts.frames(), without);
        }
    }

    static final class LuhnIgnored extends Planted {
        @Override
        String text(String line) {
            return line.replaceAll("(?<![0-9A-Za-z])4[0-9]{15}(?![0-9A-Za-z])", "[REDACTED]");
        }
    }

    static final class MessagesOnly extends Planted {
        @Override
        byte[] encode(LogEvent event) {
            String text = new String(real(event), StandardCharsets.UTF_8);
            for (KeyValuePair field : event.fields()) {
                if (field.value instanceof String value && !value.equals("two")) {
                    text = text.replace("\"field\":\"", "\"field\":\"" + value.replace("\n", " ") + " ");
                }
            }
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    static final class RedactsAfterTruncation extends Planted {
        @Override
        byte[] encode(LogEvent event) {
            String message = event.message();
            // As long as LG-10 has it, so that it is the secret alone that tells.
            if (message.length() <= 200 || message.startsWith("word ")) {
                return super.encode(event);
            }
            return super.encode(new LogEvent(
                    event.time(),
                    event.level(),
                    event.logger(),
                    event.thread(),
                    message.substring(0, 200),
                    event.fields(),
                    event.mdc(),
                    event.throwable(),
                    event.span()));
        }
    }

    static final class SharesABuffer extends Planted {
        private volatile @Nullable LogEvent shared;

        @Override
        byte[] encode(LogEvent event) {
            shared = event;
            for (KeyValuePair field : event.fields()) {
                if (field.key.equals("meet") || field.key.equals("logs")) {
                    String told = String.valueOf(field.value);
                    LogEvent last = shared;
                    return super.encode(
                            last == null ? event : with(last, replaced(last.fields(), field.key, told), last.mdc()));
                }
            }
            return super.encode(event);
        }

        private static List<KeyValuePair> replaced(List<KeyValuePair> fields, String key, String told) {
            List<KeyValuePair> made = new ArrayList<>();
            fields.forEach(field -> made.add(field.key.equals(key) ? new KeyValuePair(key, told) : field));
            return made;
        }
    }

    @Test
    void theKitBites() {
        assertAll(
                () -> Kit.convicts(NoFault.class),
                () -> Kit.convicts(RawNewline.class, "LG-1", "LG-2", "LG-8", "LG-12", "LG-13"),
                () -> Kit.convicts(RawLineSeparator.class, "LG-1"),
                () -> Kit.convicts(FormatsItself.class, "LG-2", "LG-11", "LG-13"),
                () -> Kit.convicts(HalfSurrogates.class, "LG-2"),
                () -> Kit.convicts(EverythingIsText.class, "LG-3", "LG-6", "LG-7", "LG-8", "LG-9", "LG-21"),
                () -> Kit.convicts(ForgetsTheSpan.class, "LG-4"),
                () -> Kit.convicts(DropsOnCollision.class, "LG-5", "LG-6"),
                () -> Kit.convicts(LastKeyWins.class, "LG-6"),
                () -> Kit.convicts(WritesKeysTwice.class, "LG-5", "LG-6"),
                () -> Kit.convicts(ThrowsWhatTheValueThrows.class, "LG-7"),
                () -> Kit.convicts(LeavesHalfALine.class, "LG-7", "LG-8"),
                () -> Kit.convicts(AsksForMessages.class, "LG-8"),
                () -> Kit.convicts(FollowsEveryCause.class, "LG-8", "LG-11"),
                () -> Kit.convicts(TakesAllOfAList.class, "LG-9"),
                () -> Kit.convicts(NoCapOfValues.class, "LG-10"),
                () -> Kit.convicts(CutsInSilence.class, "LG-9", "LG-10"),
                () -> Kit.convicts(NoCapOfLines.class, "LG-11"),
                () -> Kit.convicts(OmitsInSilence.class, "LG-11"),
                () -> Kit.convicts(EveryFrame.class, "LG-8", "LG-12"),
                () -> Kit.convicts(HidesNothing.class, "LG-13", "LG-14", "LG-15", "LG-17", "LG-18", "LG-19"),
                () -> Kit.convicts(OwnPatternsForgotten.class, "LG-17", "LG-19"),
                () -> Kit.convicts(LuhnIgnored.class, "LG-16"),
                () -> Kit.convicts(MessagesOnly.class, "LG-14", "LG-15", "LG-17"),
                () -> Kit.convicts(RedactsAfterTruncation.class, "LG-19"),
                () -> Kit.convicts(SharesABuffer.class, "LG-20", "LG-21"));
    }
}
