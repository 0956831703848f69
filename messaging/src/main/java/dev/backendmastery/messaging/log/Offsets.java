package dev.backendmastery.messaging.log;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How far groups have got. Called under the lock of the groups. */
interface Offsets {

    @Nullable
    Commit get(String group, Partition partition);

    /** Remembers them. @throws LogUnavailableException if it is not known whether it is kept */
    void put(String group, Map<Partition, Commit> commits);
}
