package dev.backendmastery.docs.gallery;

import java.util.function.Consumer;

/** <b>Broken on purpose:</b> works, then says that it has; if the saying is lost the message comes again, and so does the work. */
public final class RetryWithoutInbox<M> {

    private final Consumer<M> work;

    /** Does {@code work} for each message. */
    public RetryWithoutInbox(Consumer<M> work) {
        this.work = work;
    }

    /** Receives a message; {@code acknowledge} throws if the sender could not be told. */
    public void receive(M message, Runnable acknowledge) {
        work.accept(message);
        acknowledge.run(); // if this fails the work is done and nobody knows
    }
}
