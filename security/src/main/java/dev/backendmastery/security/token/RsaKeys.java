package dev.backendmastery.security.token;

import java.math.BigInteger;

/**
 * What is known to be wrong with RSA keys.
 *
 * <p><b>Source.</b> NIST SP 800-56B, section 6.4.1 for the exponent; Nemec et al., <i>The Return of Coppersmith's Attack</i> (2017): the
 * moduli of one maker's chips are powers of 65537 modulo each small prime, which others are for all of these primes at once hardly ever.
 */
final class RsaKeys {

    private static final int LEAST_BITS = 2048;
    private static final int MOST_BITS = 8192;
    private static final int[] PRIMES = {11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157};
    private static final BigInteger GENERATOR = BigInteger.valueOf(65_537);

    private RsaKeys() {}

    static void check(BigInteger modulus, BigInteger exponent) {
        int bits = modulus.bitLength();
        if (bits < LEAST_BITS || bits > MOST_BITS) {
            throw new WeakKeyException(
                    "an RSA modulus must have " + LEAST_BITS + " to " + MOST_BITS + " bits, had " + bits);
        }
        if (!modulus.testBit(0)) {
            throw new WeakKeyException("an RSA modulus must be odd");
        }
        if (exponent.compareTo(GENERATOR) < 0 || !exponent.testBit(0) || exponent.bitLength() > 64) {
            throw new WeakKeyException("an RSA exponent must be odd and from 65537 to 64 bits long");
        }
        if (isRoca(modulus)) {
            throw new WeakKeyException("an RSA key of the broken generator of CVE-2017-15361");
        }
    }

    static boolean isRoca(BigInteger modulus) {
        for (int prime : PRIMES) {
            int rest = modulus.mod(BigInteger.valueOf(prime)).intValue();
            if (!isPower(rest, prime)) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is a power of 65537 modulo {@code prime}. */
    private static boolean isPower(int rest, int prime) {
        int generator = 65_537 % prime;
        int power = 1;
        for (int i = 0; i < prime; i++) {
            if (power == rest) {
                return true;
            }
            power = power * generator % prime;
        }
        return false;
    }
}
