package dev.backendmastery.security.token;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPrivateKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keys in RFC 7517's form, those of signatures alone. */
final class Jwk {

    static final ECParameterSpec P256 = p256();

    private Jwk() {}

    private static ECParameterSpec p256() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of ours has P-256", e);
        }
    }

    static TokenKey parse(Map<String, @Nullable Object> members) {
        Algorithm algorithm = Algorithm.of(members.get("alg"));
        if (algorithm == null) {
            throw new WeakKeyException("a JWK must say its alg, one of ours");
        }
        if (!algorithm.keyType().equals(members.get("kty"))) {
            throw new WeakKeyException("kty of a key for " + algorithm.header() + " must be " + algorithm.keyType());
        }
        if (!(members.get("kid") instanceof String id)) {
            throw new WeakKeyException("a JWK must have a kid");
        }
        boolean isPrivate = !algorithm.isSymmetric() && members.containsKey("d");
        checkUse(members, isPrivate || algorithm.isSymmetric());
        try {
            return switch (algorithm) {
                case HS256 -> TokenKey.secret(id, bytes(members, "k"));
                case RS256, PS256 -> rsa(id, algorithm, members);
                case ES256 -> ec(id, members);
                case EDDSA -> ed(id, members);
            };
        } catch (GeneralSecurityException e) {
            throw new WeakKeyException("a JWK that is no key: " + e.getMessage());
        }
    }

    private static void checkUse(Map<String, @Nullable Object> members, boolean maySign) {
        Object use = members.get("use");
        if (members.containsKey("use") && !"sig".equals(use)) {
            throw new WeakKeyException("use of a key for signatures must be sig, was " + use);
        }
        if (members.containsKey("key_ops")) {
            if (!(members.get("key_ops") instanceof List<?> operations)
                    || Set.copyOf(operations.stream().map(String::valueOf).toList())
                                    .size()
                            != operations.size()) {
                throw new WeakKeyException("key_ops must be a list without repeats");
            }
            boolean verifies = operations.contains("verify");
            boolean signs = operations.contains("sign");
            if (!verifies && !(maySign && signs)) {
                throw new WeakKeyException(
                        "key_ops of a key for signatures must have verify, or sign, had " + operations);
            }
            if (!List.of("verify", "sign").containsAll(operations)) {
                throw new WeakKeyException("key_ops must not mix signatures with other uses, had " + operations);
            }
        }
    }

    static byte[] bytes(Map<String, @Nullable Object> members, String name) {
        byte[] bytes = members.get(name) instanceof String text ? Base64Url.decode(text, 0, text.length()) : null;
        if (bytes == null || bytes.length == 0) {
            throw new WeakKeyException(name + " of a JWK must be base64url");
        }
        return bytes;
    }

    static BigInteger number(Map<String, @Nullable Object> members, String name) {
        return new BigInteger(1, bytes(members, name));
    }

    private static TokenKey rsa(String id, Algorithm algorithm, Map<String, @Nullable Object> members)
            throws GeneralSecurityException {
        BigInteger modulus = number(members, "n");
        BigInteger exponent = number(members, "e");
        RsaKeys.check(modulus, exponent);
        KeyFactory factory = KeyFactory.getInstance("RSA");
        PublicKey publicKey = factory.generatePublic(new RSAPublicKeySpec(modulus, exponent));
        PrivateKey privateKey = members.containsKey("d")
                ? factory.generatePrivate(new RSAPrivateKeySpec(modulus, number(members, "d")))
                : null;
        return TokenKey.of(id, algorithm, publicKey, privateKey);
    }

    private static TokenKey ec(String id, Map<String, @Nullable Object> members) throws GeneralSecurityException {
        if (!"P-256".equals(members.get("crv"))) {
            throw new WeakKeyException("crv of a key for ES256 must be P-256, was " + members.get("crv"));
        }
        byte[] x = bytes(members, "x");
        byte[] y = bytes(members, "y");
        if (x.length != 32 || y.length != 32 || !isOnCurve(new BigInteger(1, x), new BigInteger(1, y))) {
            throw new WeakKeyException("x and y must be a point of P-256");
        }
        KeyFactory factory = KeyFactory.getInstance("EC");
        ECPoint point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
        PublicKey publicKey = factory.generatePublic(new ECPublicKeySpec(point, P256));
        PrivateKey privateKey = members.containsKey("d")
                ? factory.generatePrivate(new ECPrivateKeySpec(number(members, "d"), P256))
                : null;
        return TokenKey.of(id, Algorithm.ES256, publicKey, privateKey);
    }

    static boolean isOnCurve(BigInteger x, BigInteger y) {
        BigInteger p = ((ECFieldFp) P256.getCurve().getField()).getP();
        BigInteger right = x.pow(3)
                .add(P256.getCurve().getA().multiply(x))
                .add(P256.getCurve().getB())
                .mod(p);
        return x.compareTo(p) < 0 && y.compareTo(p) < 0 && y.pow(2).mod(p).equals(right);
    }

    private static TokenKey ed(String id, Map<String, @Nullable Object> members) throws GeneralSecurityException {
        if (!"Ed25519".equals(members.get("crv"))) {
            throw new WeakKeyException("crv of a key for EdDSA must be Ed25519, was " + members.get("crv"));
        }
        byte[] x = bytes(members, "x");
        if (x.length != 32) {
            throw new WeakKeyException("x of an Ed25519 key must have 32 bytes");
        }
        boolean odd = x[31] < 0;
        byte[] y = new byte[32];
        for (int i = 0; i < 32; i++) {
            y[i] = x[31 - i];
        }
        y[0] &= 0x7F;
        KeyFactory factory = KeyFactory.getInstance("Ed25519");
        PublicKey publicKey = factory.generatePublic(
                new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, y))));
        PrivateKey privateKey = members.containsKey("d")
                ? factory.generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, bytes(members, "d")))
                : null;
        return TokenKey.of(id, Algorithm.EDDSA, publicKey, privateKey);
    }

    /** The public part. */
    static Map<String, Object> members(TokenKey key) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("kty", key.algorithm().keyType());
        members.put("kid", key.id());
        members.put("alg", key.algorithm().header());
        members.put("use", "sig");
        switch (key.algorithm()) {
            case RS256, PS256 -> {
                RSAPublicKey rsa = (RSAPublicKey) key.verifying();
                members.put("n", Base64Url.encode(unsigned(rsa.getModulus(), 0)));
                members.put("e", Base64Url.encode(unsigned(rsa.getPublicExponent(), 0)));
            }
            case ES256 -> {
                ECPoint point = ((ECPublicKey) key.verifying()).getW();
                members.put("crv", "P-256");
                members.put("x", Base64Url.encode(unsigned(point.getAffineX(), 32)));
                members.put("y", Base64Url.encode(unsigned(point.getAffineY(), 32)));
            }
            case EDDSA -> {
                EdECPoint point = ((EdECPublicKey) key.verifying()).getPoint();
                byte[] big = unsigned(point.getY(), 32);
                byte[] x = new byte[32];
                for (int i = 0; i < 32; i++) {
                    x[i] = big[31 - i];
                }
                x[31] |= (byte) (point.isXOdd() ? 0x80 : 0);
                members.put("crv", "Ed25519");
                members.put("x", Base64Url.encode(x));
            }
            case HS256 -> throw new IllegalStateException("a secret has no public part");
        }
        return members;
    }

    /** Big-endian without a sign; of at least so many bytes. */
    private static byte[] unsigned(BigInteger number, int length) {
        byte[] bytes = Objects.requireNonNull(number).toByteArray();
        int sign = bytes.length > 1 && bytes[0] == 0 ? 1 : 0;
        int size = Math.max(length, bytes.length - sign);
        byte[] unsigned = new byte[size];
        System.arraycopy(bytes, sign, unsigned, size - (bytes.length - sign), bytes.length - sign);
        return unsigned;
    }
}
