package dev.backendmastery.core.id;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@link ShortCodes} by an alternating Feistel network of ten rounds over SipHash-2-4.
 *
 * <p>The counter is split into a left and a right part so that the number of lefts times the number of rights is exactly
 * 62<sup>length</sup>; in turn each part is shifted, modulo its own size, by a keyed hash of the other. Each round is a
 * bijection, so the whole is, and no value ever falls outside: no cycle walking. The bits of a code: 35.7 for six
 * characters, 41.7 for seven, 47.6 for eight.
 *
 * <p><b>Guarantee.</b> All of {@link ShortCodes}. <b>Threads.</b> Immutable. <b>Cost.</b> Ten SipHashes of 16 bytes and
 * one string. <b>Not for</b> encrypting data: a domain this small falls to whoever can ask for most of its codes.
 * <b>Source.</b> Black and Rogaway, <i>Ciphers with Arbitrary Finite Domains</i>; NIST SP 800-38G, whose FF1 has the same
 * shape and number of rounds over AES.
 */
public final class FeistelShortCodes implements ShortCodes {

    /** Bytes of the key. */
    public static final int KEY_BYTES = 16;

    /** The shortest code: 11.9 bits, enough to see every code in a test. */
    public static final int MIN_LENGTH = 2;

    /** The longest code: 59.5 bits. */
    public static final int MAX_LENGTH = 10;

    private static final int ROUNDS = 10;
    private static final int BASE = 62;
    private static final char[] DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".toCharArray();

    private final long key0;
    private final long key1;
    private final int length;
    private final long lefts;
    private final long rights;

    /**
     * Codes of one length under one key.
     *
     * @param key 16 secret random bytes; the codes change with it, so keep it as long as the codes live
     * @param length characters of a code
     * @throws IllegalArgumentException if {@code key} has not 16 bytes or {@code length} is not from 2 to 10
     */
    public FeistelShortCodes(byte[] key, int length) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("key must have " + KEY_BYTES + " bytes, had " + key.length);
        }
        if (length < MIN_LENGTH || length > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "length must be from " + MIN_LENGTH + " to " + MAX_LENGTH + ", was " + length);
        }
        ByteBuffer words = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
        this.key0 = words.getLong();
        this.key1 = words.getLong();
        this.length = length;
        this.lefts = power(length / 2);
        this.rights = power(length - length / 2);
    }

    @Override
    public String encode(long counter) {
        if (counter < 0 || counter >= capacity()) {
            throw new IllegalArgumentException("counter must be from 0 to " + (capacity() - 1) + ", was " + counter);
        }
        long left = counter / rights;
        long right = counter % rights;
        for (int round = 0; round < ROUNDS; round += 2) {
            left = (left + shift(round, right, lefts)) % lefts;
            right = (right + shift(round + 1, left, rights)) % rights;
        }
        return write(left * rights + right);
    }

    @Override
    public long decode(String code) {
        long value = read(code);
        long left = value / rights;
        long right = value % rights;
        for (int round = ROUNDS - 2; round >= 0; round -= 2) {
            right = Math.floorMod(right - shift(round + 1, left, rights), rights);
            left = Math.floorMod(left - shift(round, right, lefts), lefts);
        }
        return left * rights + right;
    }

    @Override
    public long capacity() {
        return lefts * rights;
    }

    // The length is hashed too, so that codes of two lengths under one key are unrelated. 64 bits modulo at most 62^5,
    // which is below 2^30: the bias is below 2^-34.
    private long shift(int round, long half, long size) {
        return Long.remainderUnsigned(SipHash.hash(key0, key1, ((long) length << 8) | round, half), size);
    }

    private String write(long value) {
        char[] code = new char[length];
        long rest = value;
        for (int i = length - 1; i >= 0; i--) {
            code[i] = DIGITS[(int) (rest % BASE)];
            rest /= BASE;
        }
        return new String(code);
    }

    private long read(String code) {
        if (code.length() != length) {
            throw new IllegalArgumentException("code must have " + length + " characters, had " + code.length());
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value * BASE + digit(code.charAt(i));
        }
        return value;
    }

    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'A' && c <= 'Z') {
            return c - 'A' + 10;
        }
        if (c >= 'a' && c <= 'z') {
            return c - 'a' + 36;
        }
        throw new IllegalArgumentException("code must consist of 0-9A-Za-z, had character U+" + Integer.toHexString(c));
    }

    private static long power(int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= BASE;
        }
        return power;
    }
}
