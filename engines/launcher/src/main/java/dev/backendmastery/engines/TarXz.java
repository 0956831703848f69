package dev.backendmastery.engines;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.tukaani.xz.XZInputStream;

/**
 * Unpacks a {@code .tar.xz} of folders, files and symbolic links.
 *
 * <p><b>Source.</b> POSIX.1-1988 ustar and the GNU long-name record ({@code L}, {@code K}).
 */
final class TarXz {

    private static final int BLOCK = 512;

    private TarXz() {}

    /**
     * Unpacks into a folder.
     *
     * @throws IOException if the archive is cut off, holds another kind of entry, or an entry points outside
     */
    static void unpack(InputStream archive, Path folder) throws IOException {
        try (InputStream in = new BufferedInputStream(new XZInputStream(archive))) {
            byte[] header = new byte[BLOCK];
            String longName = null;
            String longLink = null;
            while (in.readNBytes(header, 0, BLOCK) == BLOCK && header[0] != 0) {
                long size = octal(header, 124, 12);
                char type = (char) header[156];
                switch (type) {
                    case 'L' -> longName = text(in, size);
                    case 'K' -> longLink = text(in, size);
                    default -> {
                        String name = longName != null ? longName : name(header);
                        String link = longLink != null ? longLink : string(header, 157, 100);
                        longName = null;
                        longLink = null;
                        entry(in, type, size, octal(header, 100, 8), inside(folder, folder, name), link, folder);
                    }
                }
            }
        }
    }

    private static void entry(InputStream in, char type, long size, long mode, Path target, String link, Path root)
            throws IOException {
        switch (type) {
            case '5' -> Files.createDirectories(target);
            case '2' -> {
                Files.createDirectories(parent(target));
                inside(root, parent(target), link);
                Files.createSymbolicLink(target, Path.of(link));
            }
            case '0', '\0' -> {
                Files.createDirectories(parent(target));
                try (OutputStream out = Files.newOutputStream(target)) {
                    copy(in, size, out);
                }
                Files.setPosixFilePermissions(
                        target, PosixFilePermissions.fromString((mode & 0111) != 0 ? "rwxr-xr-x" : "rw-r--r--"));
            }
            default -> throw new IOException("tar entry " + target + " is of kind '" + type + "'");
        }
    }

    private static Path parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException(path + " has no parent");
        }
        return parent;
    }

    private static Path inside(Path root, Path base, String name) throws IOException {
        Path path = base.resolve(name).normalize();
        if (!path.startsWith(root)) {
            throw new IOException("tar entry points outside: " + name);
        }
        return path;
    }

    private static String name(byte[] header) {
        String prefix = header[257] == 'u' && header[262] == 0 ? string(header, 345, 155) : "";
        String name = string(header, 0, 100);
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String text(InputStream in, long size) throws IOException {
        var out = new java.io.ByteArrayOutputStream();
        copy(in, size, out);
        return string(out.toByteArray(), 0, out.size());
    }

    /** Copies one entry and skips the padding behind it. */
    private static void copy(InputStream in, long size, OutputStream out) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        for (long left = size; left > 0; ) {
            int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (n < 0) {
                throw new EOFException("tar archive is cut off");
            }
            out.write(buffer, 0, n);
            left -= n;
        }
        in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
    }

    private static String string(byte[] bytes, int from, int length) {
        int end = from;
        while (end < Math.min(bytes.length, from + length) && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    private static long octal(byte[] bytes, int from, int length) throws IOException {
        String digits = string(bytes, from, length).trim();
        try {
            return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
        } catch (NumberFormatException e) {
            throw new IOException("not a tar number: " + digits, e);
        }
    }
}
