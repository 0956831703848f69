package dev.backendmastery.labs;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.stream.Collectors;

/** A learner's class, which nothing here can name at compile time. */
final class Solution {

    private Solution() {}

    /**
     * Finds the constructor without running any of the learner's code.
     *
     * @throws ReflectiveOperationException with a sentence for the learner if the class has not the asked-for shape
     */
    static Constructor<?> constructor(Lab lab, ClassLoader loader) throws ReflectiveOperationException {
        Class<?> type;
        try {
            type = Class.forName(lab.solution(), false, loader);
        } catch (ClassNotFoundException e) {
            throw new ReflectiveOperationException(
                    "there is no class " + lab.solution() + " (in the unnamed package: no package line)", e);
        }
        if (!Modifier.isPublic(type.getModifiers()) || Modifier.isAbstract(type.getModifiers())) {
            throw new ReflectiveOperationException(lab.solution() + " must be a public class that is not abstract");
        }
        if (!lab.contract().isAssignableFrom(type)) {
            throw new ReflectiveOperationException(
                    lab.solution() + " must implement " + lab.contract().getName());
        }
        try {
            return type.getConstructor(lab.arguments().toArray(new Class<?>[0]));
        } catch (NoSuchMethodException e) {
            String wanted = lab.arguments().stream().map(Class::getSimpleName).collect(Collectors.joining(", "));
            throw new ReflectiveOperationException(lab.solution() + " has no public constructor (" + wanted + ")", e);
        }
    }

    /** A new one; what its constructor throws comes through as it is. */
    static Object create(Lab lab, Object... arguments) {
        try {
            return constructor(lab, ClassLoader.getSystemClassLoader()).newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException("the constructor threw " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
