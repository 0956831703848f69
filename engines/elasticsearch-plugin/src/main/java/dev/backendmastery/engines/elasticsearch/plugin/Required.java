package dev.backendmastery.engines.elasticsearch.plugin;

import org.elasticsearch.common.settings.Settings;
import org.jspecify.annotations.Nullable;

/** Settings without a default. */
final class Required {

    private Required() {}

    /** @throws IllegalArgumentException if the component {@code name} lacks the setting */
    static String setting(String name, Settings settings, String setting) {
        @Nullable String value = settings.get(setting);
        if (value == null) {
            throw new IllegalArgumentException("[" + name + "] needs [" + setting + "]");
        }
        return value;
    }
}
