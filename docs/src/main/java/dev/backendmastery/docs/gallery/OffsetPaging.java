package dev.backendmastery.docs.gallery;

import java.util.List;

/** <b>Broken on purpose:</b> pages found by counting rows, in a list whose rows come and go. */
public final class OffsetPaging {

    private OffsetPaging() {}

    /** The ids of page {@code page}, counted from 0, the newest row first: what LIMIT and OFFSET do. */
    public static List<Integer> page(List<Integer> newestFirst, int page, int size) {
        int from = Math.min(newestFirst.size(), page * size);
        return List.copyOf(newestFirst.subList(from, Math.min(newestFirst.size(), from + size)));
    }
}
