package dev.backendmastery.docs.gallery;

import java.util.Map;
import java.util.function.Supplier;

/** <b>Broken on purpose:</b> between the look and the insert somebody else takes the code, and loses the link. */
public final class CheckThenActCodes {

    private final Map<String, String> links;
    private final Supplier<String> codes;

    /** Takes codes from {@code codes} until one is free in {@code links}, a map that is safe for many threads. */
    public CheckThenActCodes(Map<String, String> links, Supplier<String> codes) {
        this.links = links;
        this.codes = codes;
    }

    /** Stores {@code target} under a code that nobody has. */
    public String shorten(String target) {
        String code = codes.get();
        while (links.containsKey(code)) {
            code = codes.get();
        }
        links.put(code, target); // each step is safe, the two together are not
        return code;
    }
}
