package dev.backendmastery.engines;

import java.util.Locale;

/** The operating system and processor, as the binaries name them. */
record Platform(String os, boolean arm) {

    /**
     * The platform of this JVM.
     *
     * @throws UnsupportedOperationException if there are no binaries for it
     */
    static Platform current() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String os = name.contains("linux") ? "linux" : name.contains("mac") ? "darwin" : null;
        boolean arm = arch.equals("aarch64") || arch.equals("arm64");
        if (os == null || !(arm || arch.equals("amd64") || arch.equals("x86_64"))) {
            throw new UnsupportedOperationException(
                    "no server binaries for " + name + " on " + arch
                            + "; they exist for Linux and macOS on x86-64 and arm64. Name servers of your own by the BM_* variables");
        }
        return new Platform(os, arm);
    }
}
