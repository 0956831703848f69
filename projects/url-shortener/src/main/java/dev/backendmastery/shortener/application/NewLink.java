package dev.backendmastery.shortener.application;

import java.time.Instant;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** A link to be made, its values checked; {@code alias} null means a generated code. */
public record NewLink(
        String target,
        @Nullable String title,
        @Nullable String alias,
        @Nullable Instant expiresAt,
        @Nullable Long maxVisits,
        SortedSet<String> tags) {}
