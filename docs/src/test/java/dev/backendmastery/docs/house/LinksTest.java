package dev.backendmastery.docs.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every relative link of every page leads to a file. */
final class LinksTest {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$|`[^`\n]*`");
    private static final Set<String> NO_PAGES = Set.of("target", ".git", "work", "node_modules");

    @TempDir
    Path folder = Path.of("");

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        Path root = Path.of("..").toRealPath();
        assertTrue(pages(root).contains(root.resolve("docs/gallery/README.md")));
        assertEquals(List.of(), broken(root));
    }

    @Test
    void theRuleBites() throws IOException {
        Files.writeString(folder.resolve("there.md"), "x");
        Files.writeString(folder.resolve("README.md"), """
                [a](there.md) [b](there.md#part) [c](https://example.org/none) [d](#here) `[e](f.md)` [g](gone.md)
                ```java
                x[i](j);
                ```
                [k](no/such.md#part)
                """);
        assertEquals(List.of("README.md: gone.md", "README.md: no/such.md#part"), broken(folder));
    }

    /** All READMEs, and all pages below a folder {@code docs}. */
    private static List<Path> pages(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file ->
                            file.endsWith("README.md") || root.relativize(file).startsWith("docs"))
                    .filter(file -> {
                        for (Path part : root.relativize(file)) {
                            if (NO_PAGES.contains(part.toString())) {
                                return false;
                            }
                        }
                        return true;
                    })
                    .sorted()
                    .toList();
        }
    }

    private static List<String> broken(Path root) throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : pages(root)) {
            Matcher link = LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll("code"));
            while (link.find()) {
                String target = link.group(1);
                String file = target.split("#", 2)[0];
                boolean relative = !file.isEmpty() && !file.matches("[a-z]+:.*");
                if (relative && !Files.exists(page.resolveSibling(file))) {
                    broken.add(root.relativize(page) + ": " + target);
                }
            }
        }
        return broken;
    }
}
