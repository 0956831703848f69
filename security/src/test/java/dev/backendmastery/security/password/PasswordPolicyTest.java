package dev.backendmastery.security.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backendmastery.security.password.PasswordPolicy.Fault;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class PasswordPolicyTest {

    private static final PasswordPolicy POLICY = PasswordPolicy.of(PasswordPolicy.ALONE);

    private static Set<Fault> faults(CharSequence password) {
        return POLICY.check(password, List.of());
    }

    @Test
    @DisplayName("PP-1 length is counted in characters, of any kind (ASVS 6.2.1, 6.2.5; NIST SP 800-63B-4, 3.1.1.2)")
    void length() {
        assertEquals(Set.of(), faults("aaaaaaaaaaaaaaa"));
        assertEquals(Set.of(Fault.TOO_SHORT), faults("aaaaaaaaaaaaaa"));
        assertEquals(Set.of(Fault.TOO_SHORT), faults("🚀".repeat(14)));
        assertEquals(Set.of(), faults("🚀".repeat(15)));
        assertEquals(Set.of(Fault.TOO_SHORT), faults(""));
        assertEquals(Set.of(Fault.TOO_SHORT), faults("e\u0301".repeat(14)));
        assertThrows(IllegalArgumentException.class, () -> PasswordPolicy.of(7));
    }

    @Test
    @DisplayName("PP-2 at least 64 characters are allowed, with spaces and all of Unicode (ASVS 6.2.9)")
    void long_() {
        assertEquals(Set.of(), faults("x".repeat(64)));
        assertEquals(Set.of(), faults("correct horse battery staple"));
        assertEquals(Set.of(), faults("x".repeat(256)));
        assertEquals(Set.of(Fault.TOO_LONG), faults("x".repeat(257)));
        assertThrows(IllegalArgumentException.class, () -> POLICY.maxLength(63));
        assertEquals(Set.of(), POLICY.maxLength(4_096).check("x".repeat(4_096), List.of()));
    }

    @Test
    @DisplayName("PP-3 what no hasher takes is refused")
    void characters() {
        assertEquals(Set.of(Fault.CHARACTERS), faults("with a\0in it, and long"));
        assertEquals(Set.of(Fault.CHARACTERS), faults("half a character \uD83D and more"));
    }

    @Test
    @DisplayName("PP-4 what is little more than the site's or the owner's names is refused (ASVS 6.2.11)")
    void context() {
        PasswordPolicy policy = PasswordPolicy.of(8).without(List.of("shortener"));
        assertEquals(Set.of(Fault.CONTEXT), policy.check("Shortener123", List.of()));
        assertEquals(Set.of(Fault.CONTEXT), policy.check("alice.miller!", List.of("alice", "miller")));
        assertEquals(Set.of(), policy.check("alice.miller!", List.of()));
        assertEquals(Set.of(), policy.check("shortener of my long days", List.of("of")));
    }

    @Test
    @DisplayName(
            "PP-5 what is in the list is refused; a list that is out is an error; it is asked of nothing that is refused anyhow (ASVS 6.2.4, 6.2.12)")
    void breached() {
        PasswordPolicy policy =
                POLICY.notBreached(password -> password.toString().startsWith("breached") ? 3 : 0);
        assertEquals(Set.of(Fault.BREACHED), policy.check("breached password", List.of()));
        assertEquals(Set.of(), policy.check("another password", List.of()));
        PasswordPolicy out = POLICY.notBreached(BreachedPasswords.from(prefix -> {
            throw new IOException("out");
        }));
        assertThrows(BreachListUnavailableException.class, () -> out.check("another password", List.of()));
        assertEquals(Set.of(Fault.TOO_SHORT), out.check("short", List.of()));
    }
}
