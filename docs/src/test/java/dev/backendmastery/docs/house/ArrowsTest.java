package dev.backendmastery.docs.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.opentelemetry.api.GlobalOpenTelemetry;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Which module may know which, and what no library code may call. */
final class ArrowsTest {

    private static final String OURS = "dev.backendmastery..";
    private static final String CORE = "dev.backendmastery.core..";
    private static final String DATABASES = "dev.backendmastery.databases..";
    private static final String CACHING = "dev.backendmastery.caching..";
    private static final String MESSAGING = "dev.backendmastery.messaging..";
    private static final String SEARCH = "dev.backendmastery.search..";
    private static final String SECURITY = "dev.backendmastery.security..";
    private static final String OBSERVABILITY = "dev.backendmastery.observability..";
    private static final String PATTERNS = "dev.backendmastery.patterns..";
    private static final String ENGINES = "dev.backendmastery.engines..";
    private static final String DOMAIN = "dev.backendmastery.shortener.domain..";
    private static final String APPLICATION = "dev.backendmastery.shortener.application..";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(
                    "dev.backendmastery.core",
                    "dev.backendmastery.databases",
                    "dev.backendmastery.caching",
                    "dev.backendmastery.messaging",
                    "dev.backendmastery.search",
                    "dev.backendmastery.security",
                    "dev.backendmastery.observability",
                    "dev.backendmastery.patterns",
                    "dev.backendmastery.engines",
                    "dev.backendmastery.shortener");

    @Test
    void modulesKnowOnlyWhatIsBelowThem() {
        knowsOfOursOnly(CORE).check(CLASSES);
        knowsOfOursOnly(ENGINES).check(CLASSES);
        knowsOfOursOnly(DATABASES, CORE).check(CLASSES);
        knowsOfOursOnly(CACHING, CORE).check(CLASSES);
        knowsOfOursOnly(MESSAGING, CORE).check(CLASSES);
        knowsOfOursOnly(SEARCH, CORE).check(CLASSES);
        knowsOfOursOnly(SECURITY, CORE, DATABASES, CACHING, MESSAGING).check(CLASSES);
        knowsOfOursOnly(OBSERVABILITY, CORE).check(CLASSES);
        knowsOfOursOnly(PATTERNS, CORE, DATABASES, MESSAGING).check(CLASSES);
    }

    @Test
    void theShortenersDomainKnowsJavaAlone() {
        classes()
                .that()
                .resideInAPackage(DOMAIN)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", DOMAIN)
                .check(CLASSES);
    }

    @Test
    void theShortenersApplicationKnowsNoAdapter() {
        noClasses()
                .that()
                .resideInAPackage(APPLICATION)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.backendmastery.shortener.http..",
                        "dev.backendmastery.shortener.postgres..",
                        "dev.backendmastery.shortener.redis..",
                        "dev.backendmastery.shortener.messages..",
                        "dev.backendmastery.shortener.search..",
                        "io.javalin..",
                        "org.jooq..",
                        "redis.clients..")
                .check(CLASSES);
    }

    @Test
    void libraryCodeIsHandedItsTime() {
        takesNoTimeOfItsOwn(CORE, DATABASES, CACHING, MESSAGING, SECURITY, PATTERNS)
                .check(CLASSES);
    }

    @Test
    void libraryCodeIsHandedItsTelemetry() {
        takesNoTelemetryOfItsOwn(CORE, DATABASES, CACHING, MESSAGING, SEARCH, SECURITY, PATTERNS)
                .check(CLASSES);
    }

    @Test
    void theRulesBite() {
        JavaClasses here = new ClassFileImporter().importPackagesOf(ArrowsTest.class);
        assertTrue(here.contain(ReadsTheClock.class));
        assertThrows(AssertionError.class, () -> takesNoTimeOfItsOwn("dev.backendmastery.docs..")
                .check(here));
        assertThrows(AssertionError.class, () -> takesNoTelemetryOfItsOwn("dev.backendmastery.docs..")
                .check(here));
        // The shortener stands on databases, so to say that it knows core alone must fail.
        assertThrows(AssertionError.class, () -> knowsOfOursOnly("dev.backendmastery.shortener..", CORE)
                .check(CLASSES));
    }

    /** What the rule on time is there to find. */
    static final class ReadsTheClock {
        static long now() {
            return Instant.now().toEpochMilli();
        }
    }

    /** What the rule on telemetry is there to find. */
    static final class ReachesForTheGlobal {
        static Object tracer() {
            return GlobalOpenTelemetry.getTracer("mine");
        }
    }

    private static ArchRule takesNoTelemetryOfItsOwn(String... modules) {
        return noClasses()
                .that()
                .resideInAnyPackage(modules)
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.opentelemetry.sdk..", "io.opentelemetry.exporter..")
                        .or(type(GlobalOpenTelemetry.class)));
    }

    private static ArchRule knowsOfOursOnly(String module, String... below) {
        String[] allowed = new String[below.length + 1];
        allowed[0] = module;
        System.arraycopy(below, 0, allowed, 1, below.length);
        return classes()
                .that()
                .resideInAPackage(module)
                .should()
                .onlyDependOnClassesThat(resideOutsideOfPackage(OURS).or(resideInAnyPackage(allowed)));
    }

    private static ArchRule takesNoTimeOfItsOwn(String... modules) {
        return noClasses()
                .that()
                .resideInAnyPackage(modules)
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class, int.class);
    }
}
