package dev.backendmastery.docs.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every room has what a room has; and the rules find what is missing. */
final class StructureTest {

    private static final String ROOM = "core/src/main/java/dev/backendmastery/core/door/";
    private static final String TESTS = "core/src/test/java/dev/backendmastery/core/door/";
    private static final String RACES = "benchmarks/src/main/java/dev/backendmastery/benchmarks/door/";

    private static final Map<String, String> EXCEPTIONS = Map.of(
            "databases.lease kit", "its contract is that of core.lease, and so is the kit",
            "databases.lease proof", "the kit that it is held to is proven where it is",
            "databases.lease benchmark",
                    "a call is a transaction on the server, beside which the client's share is small");

    @TempDir
    Path root = Path.of("");

    @ParameterizedTest
    @ValueSource(
            strings = {"core", "databases", "caching", "messaging", "search", "security", "observability", "patterns"})
    void everyRoomIsWhole(String module) throws IOException {
        assertEquals(List.of(), new Structure(Path.of(".."), EXCEPTIONS).faults(module));
    }

    @BeforeEach
    void buildARoom() throws IOException {
        write(ROOM + "package-info.java", "/** A <table>. */ @NullMarked package dev.backendmastery.core.door;");
        write(ROOM + "Door.java", "public interface Door {}");
        write(ROOM + "OakDoor.java", "public final class OakDoor implements Door {}");
        write(TESTS + "DoorContract.java", "public abstract class DoorContract {}");
        write(TESTS + "DoorContractBitesTest.java", "final class DoorContractBitesTest {}");
        write("core/README.md", "# core\n\n## door\n");
        write(RACES + "DoorBenchmark.java", "import dev.backendmastery.core.door.Door;");
    }

    @Test
    void acquitsAWholeRoom() throws IOException {
        assertEquals(List.of("door"), new Structure(root, Map.of()).rooms("core"));
        assertEquals(List.of(), new Structure(root, Map.of()).faults("core"));
    }

    @ParameterizedTest
    @CsvSource({
        ROOM + "OakDoor.java, implementation",
        TESTS + "DoorContract.java, kit",
        TESTS + "DoorContractBitesTest.java, proof",
        "core/README.md, section",
        RACES + "DoorBenchmark.java, benchmark"
    })
    void convictsARoomThatLacksAFile(String file, String thing) throws IOException {
        Files.delete(root.resolve(file));
        assertEquals(List.of("core.door has no " + thing), new Structure(root, Map.of()).faults("core"));
        assertEquals(List.of(), new Structure(root, Map.of("core.door " + thing, "a reason")).faults("core"));
    }

    @Test
    void convictsAMapThatIsNone() throws IOException {
        write(ROOM + "package-info.java", "/** Words. */ @NullMarked package dev.backendmastery.core.door;");
        assertEquals(List.of("core.door has no map"), new Structure(root, Map.of()).faults("core"));
        write(ROOM + "package-info.java", "/** A <table>. */ package dev.backendmastery.core.door;");
        assertEquals(List.of("core.door has no @NullMarked"), new Structure(root, Map.of()).faults("core"));
        Files.delete(root.resolve(ROOM + "package-info.java"));
        assertEquals(
                List.of("core.door has no map", "core.door has no @NullMarked"),
                new Structure(root, Map.of()).faults("core"));
    }

    @Test
    void convictsTheSectionAndTheRaceOfAnotherRoom() throws IOException {
        write("core/README.md", "# door\n\n## doorbell\n\n### door\n");
        write(RACES + "DoorBenchmark.java", "import dev.backendmastery.core.doorbell.Door;");
        assertEquals(
                List.of("core.door has no section", "core.door has no benchmark"),
                new Structure(root, Map.of()).faults("core"));
    }

    @Test
    void convictsAnExceptionThatIsNoLongerNeeded() throws IOException {
        assertEquals(
                List.of("core.door has a kit: its exception is no longer needed"),
                new Structure(root, Map.of("core.door kit", "a reason")).faults("core"));
    }

    @Test
    void aPackageWithNothingPublicIsNoRoom() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(ROOM))) {
            for (Path file : files.toList()) {
                Files.writeString(file, Files.readString(file).replace("public ", ""));
            }
        }
        assertEquals(List.of(), new Structure(root, Map.of()).rooms("core"));
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Path folder = path.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(path, text);
    }
}
