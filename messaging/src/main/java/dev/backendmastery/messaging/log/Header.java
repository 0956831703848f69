package dev.backendmastery.messaging.log;

import java.util.Objects;

/**
 * A named value beside the payload.
 *
 * @param name 1 to 255 printable ASCII characters; the same name may occur again
 * @param value any bytes
 */
public record Header(String name, Bytes value) {

    /** @throws IllegalArgumentException if the name is out of range */
    public Header {
        Ascii.check("name", name);
        Objects.requireNonNull(value, "value");
    }
}
