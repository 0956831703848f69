package dev.backendmastery.core.id;

import dev.backendmastery.core.kit.Kit;
import java.nio.ByteBuffer;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class ShortCodesContractBitesTest {

    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    @Test
    void convictsEachFault() {
        Kit.convicts(HashesAndHopes.class, "SC-1", "SC-2");
        Kit.convicts(ForgetsTheCarryBack.class, "SC-2");
        Kit.convicts(Unpadded.class, "SC-2", "SC-3", "SC-5");
        Kit.convicts(IgnoresTheKey.class, "SC-4");
        Kit.convicts(LinearCodes.class, "SC-4", "SC-5", "SC-6");
        Kit.convicts(CounterXorKey.class, "SC-4", "SC-5", "SC-6");
        Kit.convicts(TwoRounds.class, "SC-5");
        Kit.convicts(WrapsCounters.class, "SC-7");
        Kit.convicts(ReadsAnyText.class, "SC-7");
    }

    /** Cuts a hash to size: no bijection, and no way back. */
    static final class HashesAndHopes extends ShortCodesContract {
        @Override
        protected ShortCodes create(byte[] key, int length) {
            long key0 = ByteBuffer.wrap(key).getLong();
            long key1 = ByteBuffer.wrap(key, 8, 8).getLong();
            long capacity = capacity(length);
            return new Wrong(
                    length, i -> Long.remainderUnsigned(SipHash.hash(key0, key1, i, 0), capacity), code -> code);
        }
    }

    static final class ForgetsTheCarryBack extends ShortCodesContract {
        @Override
        protected ShortCodes create(byte[] key, int length) {
            ShortCodes right = new FeistelShortCodes(key, length);
            return new Delegating(right) {
                @Override
                public long decode(String code) {
                    return super.decode(code) / 2;
                }
            };
        }
    }

    static final class Unpadded extends ShortCodesContract {
        @Override
        protected ShortCodes create(byte[] key, int length) {
            ShortCodes right = new FeistelShortCodes(key, length);
            return new Delegating(right) {
                @Override
                public String encode(long counter) {
                    return super.encode(counter).replaceFirst("^0", "");
                }
            };
        }
    }

    static final class IgnoresTheKey extends ShortCodesContract {
        @Override
        protected ShortCodes create(byte[] key, int length) {
            return new FeistelShortCodes(new byte[16], length);
        }
    }

    /** A counter times a constant plus a constant: two codes give both away. */
    static final class LinearCodes extends ShortCodesContract {
        @Override
        protected ShortCodes create(byte[] key, int length) {
            long capacity = capacity(length);
            long offset = Long.remainderUnsigned(ByteBuffer.wrap(key, 8, 8).getLong(), capacity);
            return new Wrong(
                    length,
                    i -> Math.floorMod(mulMod(i, 1_000_003, capacity) + offset, capacity),
                    code -> mulMod(Math.floorMod(code - offset, capacity), inverse(1_000_003, capacity), capacity));
        }
    }

    static final class CounterXorKey extends ShortCodesContract {
        @Override
        protected ShortCodes create(byte[] key, int length) {
            // A mask below 4 keeps every counter within blocks of four, and 62^n is a multiple of four.
            long mask = key[15] & 3;
            return new Wrong(length, i -> i ^ mask, code -> code ^ mask);
        }
    }

    /** Too few rounds: a change in the left part walks through unchanged. */
    static final class TwoRounds extends ShortCodesContract {
        @Override
        protected ShortCodes create(byte[] key, int length) {
            long key0 = ByteBuffer.wrap(key).getLong();
            long key1 = ByteBuffer.wrap(key, 8, 8).getLong();
            long lefts = capacity(length / 2);
            long rights = capacity(length - length / 2);
            return new Wrong(
                    length,
                    i -> {
                        long right = i % rights;
                        long left = (i / rights + Long.remainderUnsigned(SipHash.hash(key0, key1, 0, right), lefts))
                                % lefts;
                        right = (right + Long.remainderUnsigned(SipHash.hash(key0, key1, 1, left), rights)) % rights;
                        return left * rights + right;
                    },
                    code -> {
                        long left = code / rights;
                        long right = Math.floorMod(
                                code % rights - Long.remainderUnsigned(SipHash.hash(key0, key1, 1, left), rights),
                                rights);
                        left = Math.floorMod(
                                left - Long.remainderUnsigned(SipHash.hash(key0, key1, 0, right), lefts), lefts);
                        return left * rights + right;
                    });
        }
    }

    static final class WrapsCounters extends ShortCodesContract {
        @Override
        protected ShortCodes create(byte[] key, int length) {
            ShortCodes right = new FeistelShortCodes(key, length);
            return new Delegating(right) {
                @Override
                public String encode(long counter) {
                    return super.encode(Math.floorMod(counter, capacity()));
                }
            };
        }
    }

    static final class ReadsAnyText extends ShortCodesContract {
        @Override
        protected ShortCodes create(byte[] key, int length) {
            ShortCodes right = new FeistelShortCodes(key, length);
            return new Delegating(right) {
                @Override
                public long decode(String code) {
                    String digits = code.replaceAll("[^0-9A-Za-z]", "0");
                    return super.decode(("0".repeat(length) + digits).substring(digits.length()));
                }
            };
        }
    }

    private static long capacity(int length) {
        long capacity = 1;
        for (int i = 0; i < length; i++) {
            capacity *= 62;
        }
        return capacity;
    }

    private static long mulMod(long a, long b, long modulus) {
        return java.math.BigInteger.valueOf(a)
                .multiply(java.math.BigInteger.valueOf(b))
                .mod(java.math.BigInteger.valueOf(modulus))
                .longValueExact();
    }

    private static long inverse(long a, long modulus) {
        return java.math.BigInteger.valueOf(a)
                .modInverse(java.math.BigInteger.valueOf(modulus))
                .longValueExact();
    }

    /** Correct around the two functions. */
    private static final class Wrong implements ShortCodes {
        private final int length;
        private final LongUnaryOperator encode;
        private final LongUnaryOperator decode;

        Wrong(int length, LongUnaryOperator encode, LongUnaryOperator decode) {
            this.length = length;
            this.encode = encode;
            this.decode = decode;
        }

        @Override
        public String encode(long counter) {
            if (counter < 0 || counter >= capacity()) {
                throw new IllegalArgumentException("counter " + counter);
            }
            char[] code = new char[length];
            long rest = encode.applyAsLong(counter);
            for (int i = length - 1; i >= 0; i--) {
                code[i] = DIGITS.charAt((int) (rest % 62));
                rest /= 62;
            }
            return new String(code);
        }

        @Override
        public long decode(String code) {
            if (!code.matches("[0-9A-Za-z]{" + length + "}")) {
                throw new IllegalArgumentException("code " + code);
            }
            long value = 0;
            for (int i = 0; i < length; i++) {
                value = value * 62 + DIGITS.indexOf(code.charAt(i));
            }
            return decode.applyAsLong(value);
        }

        @Override
        public long capacity() {
            return ShortCodesContractBitesTest.capacity(length);
        }
    }

    private static class Delegating implements ShortCodes {
        private final ShortCodes right;

        Delegating(ShortCodes right) {
            this.right = right;
        }

        @Override
        public String encode(long counter) {
            return right.encode(counter);
        }

        @Override
        public long decode(String code) {
            return right.decode(code);
        }

        @Override
        public long capacity() {
            return right.capacity();
        }
    }
}
