package dev.backendmastery.observability.logs;

final class ErrorSamplerTest extends ErrorSamplerContract {}
