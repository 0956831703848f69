package dev.backendmastery.benchmarks.security;

import com.auth0.jwt.JWT;
import com.auth0.jwt.interfaces.JWTVerifier;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.backendmastery.security.token.Algorithm;
import dev.backendmastery.security.token.TokenIssuer;
import dev.backendmastery.security.token.TokenKey;
import dev.backendmastery.security.token.TokenKeys;
import dev.backendmastery.security.token.TokenVerifier;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One token with issuer, subject, audience, three times and a name, verified: signature, kind and claims. The floor checks the signature with the platform's own
 * classes and reads nothing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters and calls the setup first
public class TokenBenchmark {

    private static final String ISSUER = "https://issuer.example";
    private static final String AUDIENCE = "https://api.example";

    @Param({"ours", "nimbus-processor", "java-jwt", "floor-jca"})
    public String impl;

    private Verify rs256;
    private Verify hs256;

    /** Believes a token. */
    private interface Verify {
        Object token() throws Exception;
    }

    @Setup
    public void create() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        RSAPublicKey publicKey = (RSAPublicKey) pair.getPublic();
        byte[] secret = new byte[32];
        secret[1] = 7;
        TokenKey rsa = TokenKey.of("key-1", Algorithm.RS256, publicKey, pair.getPrivate());
        TokenKey mac = TokenKey.secret("key-1", secret);
        String signed = issue(rsa);
        String maced = issue(mac);
        switch (impl) {
            case "ours" -> {
                TokenVerifier first = verifier(rsa);
                TokenVerifier second = verifier(mac);
                rs256 = () -> first.verify(signed);
                hs256 = () -> second.verify(maced);
            }
            case "nimbus-processor" -> {
                var first = processor(
                        JWSAlgorithm.RS256,
                        new JWKSet(new RSAKey.Builder(publicKey).keyID("key-1").build()));
                var second = processor(
                        JWSAlgorithm.HS256,
                        new JWKSet(new OctetSequenceKey.Builder(secret)
                                .keyID("key-1")
                                .build()));
                rs256 = () -> first.process(signed, null);
                hs256 = () -> second.process(maced, null);
            }
            case "java-jwt" -> {
                JWTVerifier first = java(com.auth0.jwt.algorithms.Algorithm.RSA256(publicKey, null));
                JWTVerifier second = java(com.auth0.jwt.algorithms.Algorithm.HMAC256(secret));
                rs256 = () -> first.verify(signed);
                hs256 = () -> second.verify(maced);
            }
            case "floor-jca" -> {
                byte[] content = signed.substring(0, signed.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
                byte[] signature = Base64.getUrlDecoder().decode(signed.substring(signed.lastIndexOf('.') + 1));
                byte[] text = maced.substring(0, maced.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
                byte[] code = Base64.getUrlDecoder().decode(maced.substring(maced.lastIndexOf('.') + 1));
                SecretKeySpec key = new SecretKeySpec(secret, "HmacSHA256");
                rs256 = () -> {
                    Signature check = Signature.getInstance("SHA256withRSA");
                    check.initVerify(publicKey);
                    check.update(content);
                    return check.verify(signature);
                };
                hs256 = () -> {
                    Mac check = Mac.getInstance("HmacSHA256");
                    check.init(key);
                    return MessageDigest.isEqual(check.doFinal(text), code);
                };
            }
            default -> throw new IllegalArgumentException("impl " + impl);
        }
    }

    private static String issue(TokenKey key) {
        return new TokenIssuer(ISSUER, "at+jwt", key, Duration.ofDays(1), InstantSource.system())
                .issue("somebody", List.of(AUDIENCE), Map.of("scope", "read write"))
                .token();
    }

    private static TokenVerifier verifier(TokenKey key) {
        return TokenVerifier.of(ISSUER, AUDIENCE, "at+jwt", TokenKeys.of(key)).build();
    }

    private static DefaultJWTProcessor<SecurityContext> processor(JWSAlgorithm algorithm, JWKSet keys) {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("at+jwt")));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithm, new ImmutableJWKSet<>(keys)));
        processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(
                AUDIENCE, new JWTClaimsSet.Builder().issuer(ISSUER).build(), Set.of("exp", "iat", "jti")));
        return processor;
    }

    private static JWTVerifier java(com.auth0.jwt.algorithms.Algorithm algorithm) {
        return JWT.require(algorithm).withIssuer(ISSUER).withAudience(AUDIENCE).build();
    }

    /** RSA with 2,048 bits. */
    @Benchmark
    public Object rs256() throws Exception {
        return rs256.token();
    }

    /** A message authentication code. */
    @Benchmark
    public Object hs256() throws Exception {
        return hs256.token();
    }
}
