package dev.backendmastery.observability.logs;

import io.opentelemetry.api.trace.SpanContext;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * One line as it is written, used again for the next.
 *
 * <p>All content stops at {@link #limit}, {@link #RESERVE} bytes before the longest line: quotes, marks, brackets and the tail always fit behind it. A member is written whole or
 * taken back.
 */
final class LineBuffer {

    /** How much goes into a line; see {@link JsonLines.Builder}. */
    record Limits(int line, int value, int fields, int frames) {}

    private static final int RESERVE = 256;
    private static final int NAME = 256;
    private static final int KEY = 64;
    private static final int LEAST_MEMBER = 128;
    private static final int LOOK_AHEAD = 8_192;
    private static final int DEPTH = 4;
    private static final int CAUSES = 16;
    private static final int LONGEST_NUMBER = 40;
    private static final String[] SCHEMA = {
        "time",
        "level",
        "logger",
        "thread",
        "message",
        "trace_id",
        "span_id",
        "trace_flags",
        "exception.type",
        "exception.message",
        "exception.stacktrace",
        "truncated",
        "omitted"
    };
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    private static final byte PLAIN = 0;
    private static final byte ESCAPED = 1;
    private static final byte TRIGGER = 2;
    private static final byte[] KIND = new byte[128];

    static {
        for (char c = 0; c < 128; c++) {
            KIND[c] = c < 32 || c == '"' || c == '\\' || c == 127 ? ESCAPED : Redaction.mayBegin(c) ? TRIGGER : PLAIN;
        }
    }

    private final Limits limits;
    private final Redaction redaction;
    private final Matcher[] matchers;
    private final int limit;
    private final String[] taken;
    private final BiConsumer<String, String> mdc = this::mdc;
    private final Throwable[] told = new Throwable[CAUSES];
    private byte[] bytes = new byte[1_024];
    private int size;
    private int keys;
    private int omitted;
    private int throwables;
    private boolean cut;
    private boolean full;
    private int[] secrets = new int[16];
    private int secretCount;

    LineBuffer(Limits limits, Redaction redaction) {
        this.limits = limits;
        this.redaction = redaction;
        limit = limits.line - RESERVE;
        matchers = new Matcher[redaction.patterns()];
        for (int i = 0; i < matchers.length; i++) {
            matchers[i] = redaction.pattern(i).matcher("");
        }
        taken = Arrays.copyOf(SCHEMA, SCHEMA.length + limits.fields);
    }

    /** The line of {@code event} in the place of what was here. */
    LineBuffer write(LogEvent event) {
        size = 0;
        keys = SCHEMA.length;
        omitted = 0;
        cut = false;
        full = false;
        ascii("{\"time\":\"");
        time(event.time());
        ascii("\",\"level\":\"");
        ascii(event.level().name());
        SpanContext span = event.span();
        if (span.isValid()) {
            ascii("\",\"trace_id\":\"");
            ascii(span.getTraceId());
            ascii("\",\"span_id\":\"");
            ascii(span.getSpanId());
            ascii("\",\"trace_flags\":\"");
            ascii(span.getTraceFlags().asHex());
        }
        ascii("\",\"logger\":\"");
        text(event.logger(), 0, NAME, limit);
        ascii("\",\"thread\":\"");
        text(event.thread(), 0, NAME, limit);
        ascii("\",\"message\":\"");
        // A message may not take the place of what went wrong.
        text(event.message(), 0, limits.value, limit / 2);
        Throwable throwable = event.throwable();
        if (throwable != null) {
            ascii("\",\"exception.type\":\"");
            text(throwable.getClass().getName(), 0, NAME, limit);
            ascii("\",\"exception.message\":");
            messageOf(throwable);
        } else {
            put('"');
        }
        fields(event.fields());
        context(event.mdc());
        if (throwable != null) {
            stack(throwable);
        }
        if (cut || omitted > 0) {
            ascii(",\"truncated\":true");
        }
        if (omitted > 0) {
            ascii(",\"omitted\":");
            number(omitted);
        }
        ascii("}\n");
        return this;
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    void copyTo(OutputStream out) throws IOException {
        out.write(bytes, 0, size);
    }

    // --- members

    private void fields(List<KeyValuePair> fields) {
        try {
            for (int i = 0; i < fields.size(); i++) {
                KeyValuePair field = fields.get(i);
                member(field.key, "fields.", field.value);
            }
        } catch (Throwable e) {
            broken("fields", e);
        }
    }

    private void context(Map<String, String> context) {
        try {
            if (!context.isEmpty()) {
                context.forEach(mdc);
            }
        } catch (Throwable e) {
            broken("mdc", e);
        }
    }

    private void mdc(String key, String value) {
        member(key, "mdc.", value);
    }

    private void broken(String what, Throwable e) {
        rethrowFatal(e);
        member(what, what + ".", "[failed: " + e.getClass().getName() + "]");
    }

    /** A member, under another name if its own is taken; or one omitted more. */
    private void member(@Nullable String key, String other, @Nullable Object value) {
        if (keys == taken.length || size + LEAST_MEMBER > limit) {
            omitted++;
            return;
        }
        int mark = size;
        boolean wasCut = cut;
        String name = key == null ? "null" : key;
        boolean hidden = redaction.hides(name);
        String free = free(effective(name), other);
        ascii(",\"");
        written(free);
        ascii("\":");
        if (size > limit - 32) {
            size = mark;
            cut = wasCut;
            omitted++;
            return;
        }
        taken[keys++] = free;
        if (hidden) {
            ascii('"' + Redaction.MASK + '"');
        } else {
            value(value, 0);
        }
    }

    private String free(String name, String other) {
        if (!isTaken(name)) {
            return name;
        }
        String next = other + name;
        for (int i = 2; isTaken(next); i++) {
            next = other + name + '#' + i;
        }
        return next;
    }

    private boolean isTaken(String name) {
        for (int i = 0; i < keys; i++) {
            if (taken[i].equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** The key as it will stand there, escaped: two that will look the same must be known to be the same. */
    private String effective(String key) {
        boolean asIs = key.length() <= KEY && matchers.length == 0;
        for (int i = 0; asIs && i < key.length(); i++) {
            char c = key.charAt(i);
            asIs = c < 128 && (KIND[c] == PLAIN || (KIND[c] == TRIGGER && redaction.secretAt(key, i) < 0));
        }
        if (asIs) {
            return key;
        }
        int mark = size;
        text(key, 0, KEY, Integer.MAX_VALUE);
        String written = new String(bytes, mark, size - mark, StandardCharsets.UTF_8);
        size = mark;
        return written;
    }

    // --- values

    /** A value of any kind, or that it failed. */
    private void value(@Nullable Object value, int depth) {
        int mark = size;
        try {
            if (value instanceof String text) {
                string(text, 0);
            } else if (value == null) {
                ascii("null");
            } else if (value instanceof Number number) {
                number(number);
            } else if (value instanceof Boolean truth) {
                ascii(truth ? "true" : "false");
            } else if (value instanceof CharSequence text) {
                characters(text);
            } else if (value instanceof Map<?, ?> map) {
                map(map, depth);
            } else if (value instanceof Iterable<?> many && !(value instanceof Path)) {
                list(many.iterator(), depth);
            } else if (value.getClass().isArray()) {
                array(value, depth);
            } else {
                string(String.valueOf((Object) value.toString()), 0);
            }
        } catch (Throwable e) {
            size = mark;
            failed(e);
        }
    }

    private void failed(Throwable e) {
        rethrowFatal(e);
        ascii("\"[failed: ");
        plain(e.getClass().getName());
        ascii("]\"");
    }

    private static void rethrowFatal(Throwable e) {
        if (e instanceof VirtualMachineError error && !(e instanceof StackOverflowError)) {
            throw error;
        }
    }

    private void string(String text, int more) {
        put('"');
        text(text, more, limits.value, limit);
        put('"');
    }

    /** A text that may be of any length, or made as it is asked for. */
    private void characters(CharSequence text) {
        int length = text.length();
        int most = Math.min(length, limits.value + LOOK_AHEAD);
        string(new StringBuilder(most).append(text, 0, most).toString(), length - most);
    }

    private void number(Number number) {
        if (number instanceof Long || number instanceof Integer || number instanceof Short || number instanceof Byte) {
            long value = number.longValue();
            // So long a one may be the number of a card.
            if (value >= 1_000_000_000_000L) {
                digits(Long.toString(value));
            } else {
                number(value);
            }
        } else {
            digits(String.valueOf((Object) number.toString()));
        }
    }

    private void digits(String text) {
        boolean plainNumber = text.length() <= LONGEST_NUMBER && isNumber(text) && !isSecret(text);
        if (plainNumber) {
            ascii(text);
        } else {
            string(text, 0);
        }
    }

    private boolean isSecret(String text) {
        findSecrets(text, text.length());
        return secretCount > 0 || redaction.secretAt(text, 0) >= 0;
    }

    /** As RFC 8259, section 6, has it. */
    private static boolean isNumber(String text) {
        int length = text.length();
        int i = length > 0 && text.charAt(0) == '-' ? 1 : 0;
        int whole = digitsFrom(text, i);
        if (whole == i || (text.charAt(i) == '0' && whole > i + 1)) {
            return false;
        }
        i = whole;
        if (i < length && text.charAt(i) == '.') {
            int part = digitsFrom(text, i + 1);
            if (part == i + 1) {
                return false;
            }
            i = part;
        }
        if (i < length && (text.charAt(i) == 'E' || text.charAt(i) == 'e')) {
            i++;
            if (i < length && (text.charAt(i) == '-' || text.charAt(i) == '+')) {
                i++;
            }
            int power = digitsFrom(text, i);
            if (power == i) {
                return false;
            }
            i = power;
        }
        return i == length;
    }

    private static int digitsFrom(String text, int from) {
        int i = from;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            i++;
        }
        return i;
    }

    private void map(Map<?, ?> map, int depth) {
        if (depth == DEPTH) {
            tooDeep();
            return;
        }
        Set<String> names = new HashSet<>();
        put('{');
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (names.size() == limits.fields || size > limit - LEAST_MEMBER) {
                cut = true;
                break;
            }
            int mark = size;
            String key = String.valueOf(entry.getKey());
            String name = effective(key);
            String free = name;
            for (int i = 2; !names.add(free); i++) {
                free = name + '#' + i;
            }
            ascii(names.size() > 1 ? ",\"" : "\"");
            written(free);
            ascii("\":");
            if (size > limit - 32) {
                size = mark;
                cut = true;
                break;
            }
            if (redaction.hides(key)) {
                ascii('"' + Redaction.MASK + '"');
            } else {
                value(entry.getValue(), depth + 1);
            }
        }
        put('}');
    }

    private void list(Iterator<?> many, int depth) {
        if (depth == DEPTH) {
            tooDeep();
            return;
        }
        put('[');
        for (int i = 0; many.hasNext(); i++) {
            if (i > 0) {
                put(',');
            }
            if (!room(i)) {
                break;
            }
            value(many.next(), depth + 1);
        }
        put(']');
    }

    private void array(Object array, int depth) {
        if (depth == DEPTH) {
            tooDeep();
            return;
        }
        put('[');
        for (int i = 0; i < Array.getLength(array); i++) {
            if (i > 0) {
                put(',');
            }
            if (!room(i)) {
                break;
            }
            value(Array.get(array, i), depth + 1);
        }
        put(']');
    }

    private boolean room(int i) {
        if (i < limits.fields && size <= limit - 64) {
            return true;
        }
        cut = true;
        ascii("\"…\"");
        return false;
    }

    private void tooDeep() {
        cut = true;
        ascii("\"…\"");
    }

    // --- what went wrong

    private void messageOf(Throwable throwable) {
        int mark = size;
        try {
            String message = throwable.getMessage();
            if (message == null) {
                ascii("null");
            } else {
                put('"');
                text(message, 0, limits.value, limit / 4 * 3);
                put('"');
            }
        } catch (Throwable e) {
            size = mark;
            failed(e);
        }
    }

    private void stack(Throwable throwable) {
        if (size + LEAST_MEMBER > limit) {
            omitted++;
            return;
        }
        ascii(",\"exception.stacktrace\":\"");
        throwables = 0;
        full = false;
        trace("", throwable);
        Arrays.fill(told, null);
        put('"');
    }

    private void trace(String label, Throwable first) {
        String said = label;
        Throwable next = first;
        while (next != null && !full) {
            if (throwables == CAUSES) {
                plain("… more causes");
                cut = true;
                return;
            }
            plain(said);
            plain(next.getClass().getName());
            if (isTold(next)) {
                plain(" [told above]\n");
                return;
            }
            told[throwables++] = next;
            Throwable cause = null;
            int mark = size;
            try {
                String message = next.getMessage();
                if (message != null) {
                    plain(": ");
                    text(message, 0, limits.value, limit);
                    full = size + 16 > limit;
                }
            } catch (Throwable e) {
                size = mark;
                rethrowFatal(e);
                plain(": [failed: ");
                plain(e.getClass().getName());
                plain("]");
            }
            plain("\n");
            try {
                frames(next.getStackTrace());
                for (Throwable suppressed : next.getSuppressed()) {
                    if (full) {
                        return;
                    }
                    trace("Suppressed: ", suppressed);
                }
                cause = next.getCause();
            } catch (Throwable e) {
                rethrowFatal(e);
                plain("[failed: ");
                plain(e.getClass().getName());
                plain("]\n");
            }
            next = cause;
            said = "Caused by: ";
        }
    }

    private boolean isTold(Throwable throwable) {
        for (int i = 0; i < throwables; i++) {
            if (told[i] == throwable) {
                return true;
            }
        }
        return false;
    }

    private void frames(StackTraceElement[] frames) {
        int most = Math.min(frames.length, limits.frames);
        for (int i = 0; i < most && !full; i++) {
            StackTraceElement frame = frames[i];
            plain("\tat ");
            plain(frame.getClassName());
            plain(".");
            plain(frame.getMethodName());
            plain("(");
            String file = frame.getFileName();
            plain(file == null ? "Unknown Source" : file);
            if (frame.getLineNumber() >= 0 && !full) {
                put(':');
                number(frame.getLineNumber());
            }
            plain(")\n");
        }
        if (most < frames.length && !full) {
            cut = true;
            plain("\t… ");
            plain(Integer.toString(frames.length - most));
            plain(" more\n");
        }
    }

    // --- texts

    /** A text without its secrets, then cut: at {@code most} characters, and at {@code end} bytes of the line. */
    private void text(String text, int more, int most, int end) {
        int length = text.length();
        if (matchers.length > 0) {
            findSecrets(text, (int) Math.min(length, (long) most + LOOK_AHEAD));
        }
        int next = 0;
        int users = matchers.length > 0 ? secretCount : 0;
        int maskFrom = -1;
        int maskTo = -1;
        int i = 0;
        while (i < length) {
            if (i >= most || size > end - 16) {
                break;
            }
            ensure(16);
            while (next < users && secrets[next + 1] <= i) {
                next += 2;
            }
            if (next < users && secrets[next] <= i) {
                ascii(Redaction.MASK);
                int to = secrets[next + 1];
                if (maskFrom >= i && maskFrom < to) {
                    // What is left of one that reaches further.
                    maskFrom = maskTo > to ? to : -1;
                }
                i = to;
                continue;
            }
            if (i == maskFrom) {
                ascii(Redaction.MASK);
                i = maskTo;
                continue;
            }
            int stop = Math.min(Math.min(length, most), i + (end - 16 - size) + 1);
            if (next < users) {
                stop = Math.min(stop, secrets[next]);
            }
            if (maskFrom > i) {
                stop = Math.min(stop, maskFrom);
            }
            int from = i;
            i = run(text, i, stop);
            if (i > from) {
                continue;
            }
            char c = text.charAt(i);
            if (c < 128 && KIND[c] != ESCAPED) {
                if (i > maskFrom) {
                    long span = redaction.secretAt(text, i);
                    if (span >= 0) {
                        maskFrom = (int) (span >>> 32);
                        maskTo = (int) span;
                        continue;
                    }
                }
                bytes[size++] = (byte) c;
                i++;
                continue;
            }
            i += special(text, i, c);
        }
        if (i < length || more > 0) {
            cut = true;
            ascii("…[+");
            number((long) length - i + more);
            put(']');
        }
    }

    /** Copies what is neither escaped nor may begin a secret; returns where that ends, {@code stop} at most. */
    private int run(String text, int from, int stop) {
        ensure(stop - from + 16);
        byte[] out = bytes;
        int at = size;
        int i = from;
        while (i < stop) {
            char c = text.charAt(i);
            if (c >= 128) {
                break;
            }
            byte kind = KIND[c];
            if (kind != PLAIN && (kind == ESCAPED || Redaction.mayBegin(text, i, c))) {
                break;
            }
            out[at++] = (byte) c;
            i++;
        }
        size = at;
        return i;
    }

    /** One of ours, in which nothing is secret; what the line has no room for is cut, once. */
    private void plain(String text) {
        int length = text.length();
        for (int i = 0; i < length && !full; ) {
            if (size + 16 > limit) {
                full = true;
                cut = true;
                ascii("…");
                return;
            }
            int stop = Math.min(length, i + (limit - 16 - size) + 1);
            ensure(stop - i + 16);
            byte[] out = bytes;
            int at = size;
            while (i < stop) {
                char c = text.charAt(i);
                if (c >= 128 || KIND[c] == ESCAPED) {
                    break;
                }
                out[at++] = (byte) c;
                i++;
            }
            size = at;
            if (i < stop) {
                i += special(text, i, text.charAt(i));
            }
        }
    }

    /** What is escaped already. */
    private void written(String text) {
        for (int i = 0; i < text.length(); ) {
            ensure(16);
            char c = text.charAt(i);
            if (c < 128) {
                bytes[size++] = (byte) c;
                i++;
            } else {
                i += special(text, i, c);
            }
        }
    }

    /** A character that is not written as it is; returns how many of the text it was. */
    private int special(String text, int i, char c) {
        if (c < 128) {
            escape(c);
        } else if (c < 0x800) {
            if (c < 0xA0) {
                unicode(c);
            } else {
                bytes[size++] = (byte) (0xC0 | c >> 6);
                bytes[size++] = (byte) (0x80 | (c & 0x3F));
            }
        } else if (Character.isSurrogate(c)) {
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(i + 1));
                bytes[size++] = (byte) (0xF0 | point >> 18);
                bytes[size++] = (byte) (0x80 | (point >> 12 & 0x3F));
                bytes[size++] = (byte) (0x80 | (point >> 6 & 0x3F));
                bytes[size++] = (byte) (0x80 | (point & 0x3F));
                return 2;
            }
            three('\uFFFD');
        } else if ((c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF) {
            // Ends of lines for some readers; marks that turn the order of what is shown.
            unicode(c);
        } else {
            three(c);
        }
        return 1;
    }

    private void three(char c) {
        bytes[size++] = (byte) (0xE0 | c >> 12);
        bytes[size++] = (byte) (0x80 | (c >> 6 & 0x3F));
        bytes[size++] = (byte) (0x80 | (c & 0x3F));
    }

    private void escape(char c) {
        byte letter =
                switch (c) {
                    case '"' -> '"';
                    case '\\' -> '\\';
                    case '\n' -> 'n';
                    case '\r' -> 'r';
                    case '\t' -> 't';
                    default -> 0;
                };
        if (letter == 0) {
            unicode(c);
        } else {
            bytes[size++] = '\\';
            bytes[size++] = letter;
        }
    }

    private void unicode(char c) {
        bytes[size++] = '\\';
        bytes[size++] = 'u';
        bytes[size++] = HEX[c >> 12];
        bytes[size++] = HEX[c >> 8 & 0xF];
        bytes[size++] = HEX[c >> 4 & 0xF];
        bytes[size++] = HEX[c & 0xF];
    }

    /** What own patterns find before {@code end}; all of it if one fails. */
    private void findSecrets(String text, int end) {
        secretCount = 0;
        for (int p = 0; p < matchers.length; p++) {
            String literal = redaction.literal(p);
            if (!literal.isEmpty() && !text.contains(literal)) {
                continue;
            }
            Matcher matcher = matchers[p];
            try {
                matcher.reset(text).region(0, end).useTransparentBounds(true);
                while (matcher.find()) {
                    if (matcher.end() > matcher.start()) {
                        secret(matcher.start(), matcher.end());
                    }
                }
            } catch (StackOverflowError e) {
                secretCount = 0;
                secret(0, text.length());
                return;
            } finally {
                matcher.reset("");
            }
        }
    }

    /** Puts it in its place by where it begins. */
    private void secret(int from, int to) {
        if (secretCount == secrets.length) {
            secrets = Arrays.copyOf(secrets, secretCount * 2);
        }
        int i = secretCount;
        while (i > 0 && secrets[i - 2] > from) {
            secrets[i] = secrets[i - 2];
            secrets[i + 1] = secrets[i - 1];
            i -= 2;
        }
        secrets[i] = from;
        secrets[i + 1] = to;
        secretCount += 2;
    }

    // --- bytes

    private void time(Instant time) {
        long second = time.getEpochSecond();
        int nano = time.getNano();
        if (second < 0 || second >= 253_402_300_800L) {
            ascii(time.toString());
            return;
        }
        // Days into a date: Howard Hinnant, chrono-compatible low-level date algorithms.
        int day = (int) (second / 86_400) + 719_468;
        int era = day / 146_097;
        int ofEra = day - era * 146_097;
        int year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365;
        int ofYear = ofEra - (365 * year + year / 4 - year / 100);
        int shifted = (5 * ofYear + 2) / 153;
        int month = shifted < 10 ? shifted + 3 : shifted - 9;
        ensure(40);
        padded(year + era * 400 + (month <= 2 ? 1 : 0), 4);
        bytes[size++] = '-';
        padded(month, 2);
        bytes[size++] = '-';
        padded(ofYear - (153 * shifted + 2) / 5 + 1, 2);
        bytes[size++] = 'T';
        int ofDay = (int) (second % 86_400);
        padded(ofDay / 3_600, 2);
        bytes[size++] = ':';
        padded(ofDay / 60 % 60, 2);
        bytes[size++] = ':';
        padded(ofDay % 60, 2);
        bytes[size++] = '.';
        padded(nano % 1_000 == 0 ? nano / 1_000 : nano, nano % 1_000 == 0 ? 6 : 9);
        bytes[size++] = 'Z';
    }

    private void padded(int value, int places) {
        int rest = value;
        for (int i = size + places - 1; i >= size; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += places;
    }

    private void number(long value) {
        ensure(20);
        if (value < 0) {
            bytes[size++] = '-';
        }
        int places = 1;
        for (long rest = value / 10; rest != 0; rest /= 10) {
            places++;
        }
        long rest = value;
        for (int i = size + places - 1; i >= size; i--) {
            bytes[i] = (byte) ('0' + Math.abs(rest % 10));
            rest /= 10;
        }
        size += places;
    }

    /** A text without anything to escape, of ASCII and U+2026 alone. */
    private void ascii(String text) {
        ensure(text.length() * 3);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 128) {
                bytes[size++] = (byte) c;
            } else {
                three(c);
            }
        }
    }

    private void put(char c) {
        ensure(1);
        bytes[size++] = (byte) c;
    }

    private void ensure(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
        }
    }
}
