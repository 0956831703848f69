package dev.backendmastery.benchmarks.caching;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/** How a trace is written; {@code .gz} and {@code .xz} at the end of its name are unpacked first. */
enum TraceFormat {
    /** Lines of four numbers: {@code start count ignore request}; the keys are {@code count} numbers from {@code start} on. */
    ARC {
        @Override
        void line(String line, int number, Trace.Recorder recorder) {
            String[] words = line.split("\\s+", -1);
            if (words.length != 4) {
                throw wrong(line, number, "start count ignore request");
            }
            long start = number(words[0], line, number);
            long count = number(words[1], line, number);
            if (count < 0 || count > 1 << 24) {
                throw wrong(line, number, "a count from 0 to " + (1 << 24));
            }
            for (long key = start; key < start + count; key++) {
                recorder.add(key);
            }
        }
    },
    /** A number a line; lines of one star are skipped. */
    LIRS {
        @Override
        void line(String line, int number, Trace.Recorder recorder) {
            if (!line.equals("*")) {
                recorder.add(number(line, line, number));
            }
        }
    },
    /** A key a line. */
    TEXT {
        @Override
        void line(String line, int number, Trace.Recorder recorder) {
            recorder.add(line);
        }
    },
    /** Numbers of 32 bits, the highest byte first. */
    INT32 {
        @Override
        void read(InputStream in, Trace.Recorder recorder) throws IOException {
            binary(in, data -> recorder.add(data.readInt()));
        }
    },
    /** Numbers of 64 bits, the highest byte first. */
    INT64 {
        @Override
        void read(InputStream in, Trace.Recorder recorder) throws IOException {
            binary(in, data -> recorder.add(data.readLong()));
        }
    };

    /** The format of that name, in small letters. */
    static TraceFormat of(String name) {
        try {
            return valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "format must be one of " + Arrays.toString(values()).toLowerCase(Locale.ROOT) + ", was " + name, e);
        }
    }

    /** Reads all of {@code in}, and closes it. */
    Trace read(String name, InputStream in) throws IOException {
        Trace.Recorder recorder = new Trace.Recorder();
        try (InputStream unpacked = unpack(name, new BufferedInputStream(in, 1 << 16))) {
            read(unpacked, recorder);
        }
        return recorder.trace(name.replaceAll("^.*/|\\.gz$|\\.xz$", "").replaceAll("\\.trace.*$", ""));
    }

    private static InputStream unpack(String name, InputStream in) throws IOException {
        if (name.endsWith(".gz")) {
            return new GZIPInputStream(in, 1 << 16);
        }
        return name.endsWith(".xz") ? new XZInputStream(in) : in;
    }

    void read(InputStream in, Trace.Recorder recorder) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        int number = 1;
        for (String line = lines.readLine(); line != null; line = lines.readLine(), number++) {
            if (!line.isBlank()) {
                line(line.strip(), number, recorder);
            }
        }
    }

    void line(String line, int number, Trace.Recorder recorder) {
        throw new IllegalStateException(this + " has no lines");
    }

    private interface Next {
        void read(DataInputStream data) throws IOException;
    }

    /** Reads until the end; a number that is cut off there is none. */
    private static void binary(InputStream in, Next next) throws IOException {
        DataInputStream data = new DataInputStream(new BufferedInputStream(in, 1 << 16));
        try {
            while (true) {
                next.read(data);
            }
        } catch (EOFException e) {
            data.close();
        }
    }

    private static long number(String word, String line, int number) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw wrong(line, number, "a number");
        }
    }

    private static IllegalArgumentException wrong(String line, int number, String wanted) {
        return new IllegalArgumentException("line " + number + " must be " + wanted + ", was: " + line);
    }
}
