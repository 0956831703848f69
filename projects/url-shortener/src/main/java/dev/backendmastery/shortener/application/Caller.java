package dev.backendmastery.shortener.application;

/**
 * Who asks: an account, and whether with the right to what is others'.
 *
 * @param account its number
 */
public record Caller(long account, boolean admin) {}
