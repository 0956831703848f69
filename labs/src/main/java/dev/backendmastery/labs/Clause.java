package dev.backendmastery.labs;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * One clause of a kit.
 *
 * @param id such as {@code RL-3}
 * @param sentence what must hold
 * @param method the test of it
 * @param weight how many times the usual bound it may take
 */
record Clause(String id, String sentence, String method, int weight) {

    /** The clauses of {@code kit}: the kit's own in the order of their numbers, then the lab's. */
    static List<Clause> of(Class<?> kit) {
        return Stream.of(kit.getSuperclass(), kit)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods())
                        .filter(method -> method.isAnnotationPresent(Test.class))
                        .map(method -> of(method, type == kit ? 4 : 1))
                        .sorted(Comparator.comparingInt(Clause::number)))
                .toList();
    }

    private static Clause of(Method method, int weight) {
        DisplayName name = method.getAnnotation(DisplayName.class);
        if (name == null) {
            throw new IllegalStateException(method + " is a clause without a sentence: it needs a @DisplayName");
        }
        String[] idAndSentence = name.value().split(" ", 2);
        return new Clause(idAndSentence[0], idAndSentence[1], method.getName(), weight);
    }

    private int number() {
        return Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
    }

    Duration limit(Duration usual) {
        return usual.multipliedBy(weight);
    }
}
