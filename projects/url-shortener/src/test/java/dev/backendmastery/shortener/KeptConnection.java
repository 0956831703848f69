package dev.backendmastery.shortener;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One connection to a node, used again and again. It tries nothing twice, as the JDK's clients do unasked. */
final class KeptConnection implements AutoCloseable {

    private static final int WAIT_MILLIS = 20_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final String host;
    private boolean over;

    KeptConnection(String url) throws IOException {
        URI address = URI.create(url);
        host = address.getAuthority();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(WAIT_MILLIS);
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), WAIT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** What came back. */
    record Answer(int status, Map<String, String> headers, String body) {}

    Answer ask(String method, String path, @Nullable String json) throws IOException {
        byte[] body = json == null ? new byte[0] : json.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: Mozilla/5.0 test\r\n"
                + "Authorization: Bearer " + Nodes.ADMIN_KEY + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length + "\r\n\r\n";
        byte[] first = head.getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[first.length + body.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(body, 0, all, first.length, body.length);
        socket.getOutputStream().write(all);
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            String[] pair = line.split(":", 2);
            headers.put(pair[0].toLowerCase(Locale.ROOT), pair[1].trim());
        }
        over = "close".equalsIgnoreCase(headers.get("connection"));
        return new Answer(status, headers, method.equals("HEAD") ? "" : body(headers));
    }

    private String body(Map<String, String> headers) throws IOException {
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            StringBuilder text = new StringBuilder();
            for (int length = chunk(); length > 0; length = chunk()) {
                text.append(text(length));
                line();
            }
            line();
            return text.toString();
        }
        return text(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    }

    private int chunk() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    private String text(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the answer ends after " + bytes.length + " of " + length + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ends where an answer should be");
            }
            line.append((char) next);
        }
        return line.substring(0, line.length() - 1);
    }

    /** Whether the node said that this was the last answer on this connection. */
    boolean isOver() {
        return over;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
