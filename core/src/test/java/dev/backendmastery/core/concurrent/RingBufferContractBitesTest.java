package dev.backendmastery.core.concurrent;

import static org.junit.jupiter.api.Assertions.assertAll;

import dev.backendmastery.core.kit.Kit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Each class below is wrong in the one way that its name says, and the kit convicts it by the clauses named here. */
final class RingBufferContractBitesTest {

    @Test
    void convictsEachFault() {
        // Side by side: most of the time they wait in vain for what a wrong implementation never does.
        assertAll(Stream.<Executable>of(
                        () -> Kit.convicts(IsAStack.class, "RB-1", "RB-2", "RB-4"),
                        () -> Kit.convicts(ClaimsInTwoSteps.class, "RB-2"),
                        () -> Kit.convicts(KeepsASlotFree.class, "RB-1", "RB-2", "RB-4", "RB-6"),
                        () -> Kit.convicts(HandsOverACopy.class, "RB-3"),
                        () -> Kit.convicts(OverwritesWhenFull.class, "RB-1", "RB-2", "RB-4"),
                        () -> Kit.convicts(StartsEmptyAgainAfterATurn.class, "RB-1", "RB-2", "RB-3", "RB-4", "RB-6"),
                        () -> Kit.convicts(GivesOutOnlyInPairs.class, "RB-1", "RB-2", "RB-4", "RB-5"),
                        () -> Kit.convicts(ForgetsToClearTheSlot.class, "RB-6"))
                .parallel());
    }

    /** Right, with a lock; each fault overrides a step. */
    static class Locked<E> {
        final AtomicReferenceArray<@Nullable E> slots;
        long produced;
        long consumed;

        Locked(int capacity) {
            slots = new AtomicReferenceArray<>(capacity);
        }

        int slot(long index) {
            return (int) (index % slots.length());
        }

        synchronized boolean offer(E element) {
            if (produced - consumed == slots.length()) {
                return false;
            }
            slots.set(slot(produced), element);
            produced++;
            return true;
        }

        synchronized @Nullable E poll() {
            if (produced == consumed) {
                return null;
            }
            E element = slots.get(slot(consumed));
            slots.set(slot(consumed), null);
            consumed++;
            return element;
        }

        synchronized int size() {
            return (int) (produced - consumed);
        }
    }

    abstract static class Wrong extends RingBufferContract {
        abstract <E> Locked<E> wrong(int capacity);

        @Override
        protected <E> Ring<E> create(int capacity) {
            Locked<E> wrong = wrong(capacity);
            return new Ring<>(wrong::offer, wrong::poll, wrong::size);
        }

        @Override
        protected int producers() {
            return 2;
        }
    }

    static final class IsAStack extends Wrong {
        @Override
        <E> Locked<E> wrong(int capacity) {
            return new Locked<>(capacity) {
                @Override
                synchronized @Nullable E poll() {
                    if (produced == consumed) {
                        return null;
                    }
                    produced--;
                    E element = slots.get(slot(produced));
                    slots.set(slot(produced), null);
                    return element;
                }
            };
        }
    }

    /** A ring for one producer, used by two. */
    static final class ClaimsInTwoSteps extends Wrong {
        @Override
        <E> Locked<E> wrong(int capacity) {
            return new Locked<>(capacity) {
                private final SpscRingBuffer<E> single = new SpscRingBuffer<>(capacity);

                @Override
                @SuppressWarnings("UnsynchronizedOverridesSynchronized") // that is the fault
                boolean offer(E element) {
                    return single.offer(element);
                }

                @Override
                @SuppressWarnings("UnsynchronizedOverridesSynchronized") // as above
                @Nullable
                E poll() {
                    return single.poll();
                }

                @Override
                @SuppressWarnings("UnsynchronizedOverridesSynchronized") // as above
                int size() {
                    return single.size();
                }
            };
        }
    }

    static final class KeepsASlotFree extends Wrong {
        @Override
        <E> Locked<E> wrong(int capacity) {
            return new Locked<>(capacity) {
                @Override
                synchronized boolean offer(E element) {
                    return size() < slots.length() - 1 && super.offer(element);
                }
            };
        }
    }

    /** Gives the consumer a message before the producer has filled it in. */
    static final class HandsOverACopy extends RingBufferContract {
        @Override
        protected <E> Ring<E> create(int capacity) {
            Locked<E> right = new Locked<>(capacity);
            AtomicInteger offers = new AtomicInteger();
            return new Ring<>(
                    element -> {
                        if (offers.incrementAndGet() % 1_000 == 0) {
                            unfill(element);
                        }
                        return right.offer(element);
                    },
                    right::poll,
                    right::size);
        }

        private static void unfill(Object element) {
            try {
                var payload = element.getClass().getDeclaredField("payload");
                payload.setAccessible(true);
                payload.setInt(element, 0);
            } catch (NoSuchFieldException e) {
                // The clauses on order pass numbers, which have nothing to fill in.
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected int producers() {
            return 2;
        }
    }

    static final class OverwritesWhenFull extends Wrong {
        @Override
        <E> Locked<E> wrong(int capacity) {
            return new Locked<>(capacity) {
                @Override
                synchronized boolean offer(E element) {
                    if (size() == slots.length()) {
                        consumed++;
                    }
                    return super.offer(element);
                }
            };
        }
    }

    /** Compares slots instead of indices, so that full looks like empty. */
    static final class StartsEmptyAgainAfterATurn extends Wrong {
        @Override
        <E> Locked<E> wrong(int capacity) {
            return new Locked<>(capacity) {
                @Override
                synchronized @Nullable E poll() {
                    return slot(produced) == slot(consumed) ? null : super.poll();
                }

                @Override
                synchronized int size() {
                    return Math.floorMod(slot(produced) - slot(consumed), slots.length());
                }
            };
        }
    }

    static final class GivesOutOnlyInPairs extends Wrong {
        @Override
        <E> Locked<E> wrong(int capacity) {
            return new Locked<>(capacity) {
                @Override
                synchronized @Nullable E poll() {
                    return size() == 1 && consumed % 2 == 0 ? null : super.poll();
                }
            };
        }
    }

    static final class ForgetsToClearTheSlot extends Wrong {
        @Override
        <E> Locked<E> wrong(int capacity) {
            return new Locked<>(capacity) {
                @Override
                synchronized @Nullable E poll() {
                    E element = size() == 0 ? null : slots.get(slot(consumed));
                    consumed += element == null ? 0 : 1;
                    return element;
                }
            };
        }
    }
}
