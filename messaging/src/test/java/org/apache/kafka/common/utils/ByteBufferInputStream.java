package org.apache.kafka.common.utils;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** As {@link CloseableIterator}: the parallel consumer looks for it here. */
public final class ByteBufferInputStream extends InputStream {

    private final ByteBuffer content;

    /** Reads what remains of {@code content}. */
    public ByteBufferInputStream(ByteBuffer content) {
        this.content = content;
    }

    @Override
    public int read() {
        return content.hasRemaining() ? content.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (!content.hasRemaining()) {
            return -1;
        }
        int count = Math.min(length, content.remaining());
        content.get(into, offset, count);
        return count;
    }
}
