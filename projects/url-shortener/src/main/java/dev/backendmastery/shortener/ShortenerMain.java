package dev.backendmastery.shortener;

import dev.backendmastery.observability.telemetry.Telemetry;
import dev.backendmastery.shortener.messages.Resources;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.UUID;

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
        Resources open = new Resources();
        ShortenerNode node;
        try {
            open.add(Logging.to(System.err));
            Telemetry telemetry = open.add(telemetry());
            node = open.add(ShortenerNode.start(config, Watch.by(telemetry)));
        } catch (RuntimeException e) {
            open.close();
            System.err.println("cannot start: " + e.getMessage());
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(open::close, "shutdown"));
        out.println("READY " + node.url());
        out.flush();
        if (System.getenv("SHORTENER_END_WITH_INPUT") != null) {
            while (System.in.read() >= 0) {
                // the parent says nothing; its end closes the stream
            }
            System.exit(0);
        }
    }

    /** As {@code OTEL_*} says; without it nothing leaves the process. Whoever may call does not decide what is kept. */
    private static Telemetry telemetry() {
        return Telemetry.builder("url-shortener")
                .resource(Attributes.of(
                        AttributeKey.stringKey("service.instance.id"),
                        UUID.randomUUID().toString()))
                .otherwise("OTEL_TRACES_EXPORTER", "none")
                .otherwise("OTEL_METRICS_EXPORTER", "none")
                .believeCallersSampling(false)
                .build();
    }
}
