package dev.backendmastery.shortener.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AliasesTest {

    @ParameterizedTest
    @ValueSource(strings = {"abc", "my-link", "My_Link-2", "a1b", "12345678901234567890123456789012"})
    void allows(String alias) {
        assertEquals(alias, Aliases.check(alias));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "ab",
                "-abc",
                "abc-",
                "_ab",
                "a b",
                "a/b",
                "a.b",
                "ä-link",
                "api",
                "API",
                "Health",
                "static",
                "123456789012345678901234567890123",
                "abc\n",
                "%2e%2e"
            })
    void refuses(String alias) {
        assertThrows(LinkException.class, () -> Aliases.check(alias));
    }

    @Test
    void sortsTagsAndKeepsEachOnce() {
        assertEquals(new TreeSet<>(List.of("a", "b-2")), Aliases.checkTags(List.of("b-2", "a", "b-2")));
        assertThrows(LinkException.class, () -> Aliases.checkTags(List.of("A")));
        assertThrows(LinkException.class, () -> Aliases.checkTags(List.of("")));
        assertThrows(
                LinkException.class,
                () -> Aliases.checkTags(
                        IntStream.range(0, 11).mapToObj(i -> "t" + i).toList()));
    }
}
