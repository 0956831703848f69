package dev.backendmastery.security.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.backendmastery.databases.kit.TestDatabase;
import dev.backendmastery.databases.tx.Database;
import dev.backendmastery.databases.tx.PostgresTransactions;
import dev.backendmastery.engines.Engines;
import dev.backendmastery.engines.FaultProxy;
import dev.backendmastery.security.session.Sessions.Issued;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Both kits on a real server, and what a server that does not answer leads to. */
final class PostgresSessionStoreTest {

    @SuppressWarnings("NullAway.Init") // open() comes first
    private static TestDatabase own;

    @SuppressWarnings("NullAway.Init") // as above
    private static Database database;

    @BeforeAll
    static void open() {
        own = TestDatabase.with(PostgresSessionStore.TABLE);
        database = own.database();
    }

    @AfterAll
    static void close() {
        own.close();
    }

    private static SessionStore postgres() {
        return new PostgresSessionStore(new PostgresTransactions(database));
    }

    @Nested
    class Store extends SessionStoreContract {
        @Override
        protected SessionStore store() {
            return postgres();
        }
    }

    @Nested
    class Whole extends SessionsContract {
        @Override
        protected SessionStore store() {
            return postgres();
        }
    }

    @Test
    @DisplayName("PSS-1 a server that does not answer is an error in bounded time, and the token is as good as before")
    void unreachable() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(Engines.postgres());
                Database distant = own.through(proxy)) {
            Sessions sessions = Sessions.in(
                            new PostgresSessionStore(new PostgresTransactions(distant)), InstantSource.system())
                    .build();
            Issued first = sessions.signIn("somebody", "here", Set.of());
            proxy.cut();
            assertTimeoutPreemptively(
                    Duration.ofSeconds(20),
                    () -> assertThrows(SessionStoreException.class, () -> sessions.refresh(first.token())));
            proxy.heal();
            assertEquals("somebody", sessions.refresh(first.token()).session().subject());
        }
    }

    @Test
    @DisplayName("PSS-2 an answer that is lost on its way costs nobody his session")
    void lostAnswer() throws Exception {
        Sessions here = Sessions.in(postgres(), InstantSource.system()).build();
        Issued first = here.signIn("somebody", "here", Set.of());
        String given = here.refresh(first.token()).token();
        // Another process, which knows nothing of the first one's answer.
        try (Database other = Database.at(own.url()).open()) {
            Sessions there = Sessions.in(
                            new PostgresSessionStore(new PostgresTransactions(other)), InstantSource.system())
                    .build();
            assertEquals(given, there.refresh(first.token()).token());
        }
    }
}
