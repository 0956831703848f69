package dev.backendmastery.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every number in this house stands in a result file. */
final class HouseNumbersTest {

    @Test
    void everyNumberInTheChaptersStandsInAResultFile() throws IOException {
        assertEquals(List.of(), Report.check(Path.of("..").toAbsolutePath().normalize()));
    }
}
