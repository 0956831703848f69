package dev.backendmastery.security.password;

/** The kit on ours. */
final class SchemeHasherTest extends PasswordHasherContract {

    @Override
    protected PasswordHasher create(Parts parts) {
        SchemeHasher.Builder builder = SchemeHasher.of(parts.scheme())
                .peppers(parts.peppers())
                .gate(parts.gate())
                .maxLength(parts.maxLength())
                .function(parts.function());
        parts.most().forEach(builder::cap);
        return builder.build();
    }
}
