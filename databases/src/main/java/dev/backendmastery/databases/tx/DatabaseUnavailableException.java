package dev.backendmastery.databases.tx;

/** No connection could be had within the connection timeout: the server is down or silent, or the pool is exhausted. */
public final class DatabaseUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DatabaseUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
