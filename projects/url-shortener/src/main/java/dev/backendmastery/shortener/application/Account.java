package dev.backendmastery.shortener.application;

/** Whose links are. */
public record Account(long id, String name) {}
