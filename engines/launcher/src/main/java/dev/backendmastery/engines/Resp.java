package dev.backendmastery.engines;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The few Redis commands that starting needs, over one connection; so that the launcher brings no Redis client.
 *
 * <p><b>Source.</b> The RESP2 specification.
 */
final class Resp implements AutoCloseable {

    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;

    /** Connects; every later step is bounded by 5 s too. */
    Resp(String host, int port) throws IOException {
        try {
            socket.setSoTimeout(5_000);
            socket.connect(new InetSocketAddress(host, port), 5_000);
            in = new BufferedInputStream(socket.getInputStream());
            out = new BufferedOutputStream(socket.getOutputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Sends a command and returns its answer as text: of a status or number the line, of a bulk string its content.
     *
     * @throws IOException if the connection breaks or the server answers with an error
     */
    String call(String... command) throws IOException {
        StringBuilder request = new StringBuilder("*" + command.length + "\r\n");
        for (String word : command) {
            request.append('$').append(word.getBytes(StandardCharsets.UTF_8).length);
            request.append("\r\n").append(word).append("\r\n");
        }
        out.write(request.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
        String line = line();
        return switch (line.charAt(0)) {
            case '+', ':' -> line.substring(1);
            case '$' -> {
                int length = Integer.parseInt(line.substring(1));
                byte[] content = in.readNBytes(Math.max(length, 0));
                if (length >= 0) {
                    in.skipNBytes(2);
                }
                yield new String(content, StandardCharsets.UTF_8);
            }
            default -> throw new IOException(String.join(" ", command) + ": " + line);
        };
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            line.append((char) c);
        }
        in.skipNBytes(1);
        if (line.isEmpty()) {
            throw new IOException("empty answer");
        }
        return line.toString();
    }
}
