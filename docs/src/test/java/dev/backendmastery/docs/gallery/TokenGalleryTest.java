package dev.backendmastery.docs.gallery;

import dev.backendmastery.security.token.Algorithm;
import dev.backendmastery.security.token.InMemoryRevocations;
import dev.backendmastery.security.token.TokenIssuer;
import dev.backendmastery.security.token.TokenKey;
import dev.backendmastery.security.token.TokenKeys;
import dev.backendmastery.security.token.TokenRefusedException;
import dev.backendmastery.security.token.TokenVerifier;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Two ways to believe a token that is not to be believed. */
final class TokenGalleryTest {

    private static final BigInteger ORDER =
            new BigInteger("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16);

    private static TokenIssuer.Issued issue(TokenKey key) {
        return new TokenIssuer("issuer", "at+jwt", key, Duration.ofMinutes(5), InstantSource.system())
                .issue("me", List.of("api"), Map.of());
    }

    private static String verdict(TokenVerifier verifier, String token) {
        try {
            verifier.verify(token);
            return "believed";
        } catch (TokenRefusedException e) {
            return "refused, " + e.reason();
        }
    }

    @Test
    void algorithmFromHeader() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024); // so that its encoding can be a secret of ours at all
        KeyPair small = generator.generateKeyPair();
        String forged =
                issue(TokenKey.secret("k", small.getPublic().getEncoded())).token();
        boolean believed = new AlgorithmFromHeader(small.getPublic()).isBelieved(forged);
        TokenVerifier verifier = TokenVerifier.of(
                        "issuer", "api", "at+jwt", TokenKeys.of(TokenKey.generate("k", Algorithm.RS256)))
                .build();
        GalleryTest.shows(
                "AlgorithmFromHeader: a token signed with the public key is believed",
                "TokenVerifier:       a token signed with the public key is refused, ALGORITHM",
                "AlgorithmFromHeader: a token signed with the public key is " + (believed ? "believed" : "refused"),
                "TokenVerifier:       a token signed with the public key is " + verdict(verifier, forged));
    }

    @Test
    void deniedByBytes() throws Exception {
        TokenKey key = TokenKey.generate("k", Algorithm.ES256);
        InMemoryRevocations revocations = new InMemoryRevocations(InstantSource.system());
        TokenVerifier plain =
                TokenVerifier.of("issuer", "api", "at+jwt", TokenKeys.of(key)).build();
        TokenVerifier verifier = TokenVerifier.of("issuer", "api", "at+jwt", TokenKeys.of(key))
                .revocations(revocations)
                .build();
        DeniedByBytes denied = new DeniedByBytes(token -> verdict(plain, token).equals("believed"));
        TokenIssuer.Issued issued = issue(key);
        denied.deny(issued.token());
        revocations.revoke("issuer", issued.id(), issued.expiresAt());
        String other = withTheOtherSignature(issued.token());
        GalleryTest.shows(
                "DeniedByBytes: taken back; with its other signature it is believed",
                "TokenVerifier: taken back; with its other signature it is refused, REVOKED",
                "DeniedByBytes: taken back; with its other signature it is "
                        + (!denied.isBelieved(issued.token()) && denied.isBelieved(other) ? "believed" : "refused"),
                "TokenVerifier: taken back; with its other signature it is " + verdict(verifier, other));
    }

    /** If (r, s) is a signature, (r, n - s) is one too. */
    private static String withTheOtherSignature(String token) {
        int dot = token.lastIndexOf('.');
        byte[] signature = Base64.getUrlDecoder().decode(token.substring(dot + 1));
        byte[] s = ORDER.subtract(new BigInteger(1, Arrays.copyOfRange(signature, 32, 64)))
                .toByteArray();
        byte[] other = Arrays.copyOf(Arrays.copyOf(signature, 32), 64);
        int length = Math.min(32, s.length);
        System.arraycopy(s, s.length - length, other, 64 - length, length);
        return token.substring(0, dot + 1)
                + Base64.getUrlEncoder().withoutPadding().encodeToString(other);
    }
}
