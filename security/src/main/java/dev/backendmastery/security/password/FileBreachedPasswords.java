package dev.backendmastery.security.password;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Searches a sorted file by halves. Lines differ in length, so what is halved is a range of bytes: a line belongs to the half in which it begins. The file is opened
 * for each search, so that an interrupt, which closes a channel, spoils nobody else's.
 */
final class FileBreachedPasswords implements BreachedPasswords {

    /** Two of the longest lines. */
    private static final int BLOCK = 128;

    private final Path path;

    FileBreachedPasswords(Path path) {
        this.path = Objects.requireNonNull(path, "path");
    }

    /** What is searched. */
    interface Source {
        long size() throws IOException;

        /** Fills the buffer from this place on, or as far as there is something. */
        void read(ByteBuffer buffer, long position) throws IOException;
    }

    @Override
    public long count(CharSequence password) {
        String hash = RangedBreachedPasswords.sha1(password);
        try {
            if (Files.isDirectory(path)) {
                return RangedBreachedPasswords.countIn(
                        range(hash.substring(0, RangedBreachedPasswords.PREFIX)),
                        hash.substring(RangedBreachedPasswords.PREFIX));
            }
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
                return search(
                        new Source() {
                            @Override
                            public long size() throws IOException {
                                return file.size();
                            }

                            @Override
                            public void read(ByteBuffer buffer, long position) throws IOException {
                                long at = position;
                                while (buffer.hasRemaining()) {
                                    int count = file.read(buffer, at);
                                    if (count < 0) {
                                        return;
                                    }
                                    at += count;
                                }
                            }
                        },
                        hash);
            }
        } catch (IOException e) {
            throw new BreachListUnavailableException("the list of breached passwords cannot be read", e);
        }
    }

    private String range(String prefix) throws IOException {
        try {
            return Files.readString(path.resolve(prefix), StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            return Files.readString(path.resolve(prefix + ".txt"), StandardCharsets.US_ASCII);
        }
    }

    /** The count of a hash in a sorted file. */
    static long search(Source source, String hash) throws IOException {
        long from = 0; // a line begins here
        long to = source.size(); // no line that begins here or later can be it
        if (to == 0) {
            throw new BreachListUnavailableException("the list of breached passwords is empty", null);
        }
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        while (from < to) {
            long middle = from + (to - from) / 2;
            // The first line that begins after middle, or at from.
            long start = middle == from ? from : middle - 1;
            block.clear();
            source.read(block, start);
            int begin = middle == from ? 0 : after(block, 0);
            if (begin < 0 || start + begin >= to) {
                to = middle; // none begins in the upper half
                continue;
            }
            int end = after(block, begin);
            String line = text(block, begin, end < 0 ? block.position() : end);
            long count = RangedBreachedPasswords.countOf(line, RangedBreachedPasswords.DIGITS);
            int order = String.CASE_INSENSITIVE_ORDER.compare(line.substring(0, hash.length()), hash);
            if (order == 0) {
                return count;
            }
            if (order < 0) {
                from = end < 0 ? to : start + end;
            } else {
                to = middle == from ? from : middle;
            }
        }
        return 0;
    }

    /** Where the line after the one in which {@code index} is begins; -1 if that cannot be seen. */
    private static int after(ByteBuffer block, int index) {
        for (int i = index; i < block.position(); i++) {
            if (block.get(i) == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    private static String text(ByteBuffer block, int from, int to) {
        byte[] line = new byte[to - from];
        block.get(from, line);
        return new String(line, StandardCharsets.US_ASCII).stripTrailing();
    }
}
