package dev.backendmastery.shortener;

import java.io.PrintStream;
import java.security.SecureRandom;

/** Starts a node from the environment and prints {@code READY url}; it ends on a signal, or when its input closes. With {@code new-key} it prints a key and ends. */
public final class ShortenerMain {

    private ShortenerMain() {}

    /** Runs until told to end; exits with 2 if a setting is missing or wrong, with 1 if the node cannot start. */
    @SuppressWarnings("SystemOut") // what the parent process reads
    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        if (arguments.length == 1 && arguments[0].equals("new-key")) {
            out.println(ShortenerConfig.KEYS.generate(new SecureRandom()));
            return;
        }
        ShortenerConfig config;
        try {
            config = ShortenerConfig.fromEnvironment(System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        ShortenerNode node;
        try {
            node = ShortenerNode.start(config);
        } catch (RuntimeException e) {
            System.err.println("cannot start: " + e.getMessage());
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(node::close, "shutdown"));
        out.println("READY " + node.url());
        out.flush();
        if (System.getenv("SHORTENER_END_WITH_INPUT") != null) {
            while (System.in.read() >= 0) {
                // the parent says nothing; its end closes the stream
            }
            System.exit(0);
        }
    }
}
