package dev.backendmastery.search.index;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** A value of a field. */
public sealed interface Value {

    /** The kinds of values, to switch by. */
    enum Kind {
        /** {@link Text} */
        TEXT,
        /** {@link Keywords} */
        KEYWORDS,
        /** {@link Numeric} */
        NUMBER,
        /** {@link Date} */
        DATE
    }

    /** Which of them it is. */
    Kind kind();

    /** Of a text or stored field. */
    record Text(String text) implements Value {
        @Override
        public Kind kind() {
            return Kind.TEXT;
        }
    }

    /** Of a keyword field: at least one, none twice; each at most 8,191 UTF-16 units. */
    record Keywords(List<String> values) implements Value {
        /** Refuses what is too long, removes what is there twice. */
        public Keywords {
            values = values.stream().distinct().toList();
            if (values.isEmpty()) {
                throw new IllegalArgumentException(
                        "keywords must be at least one; leave the field out if there is none");
            }
            for (String value : values) {
                if (value.length() > 8_191) {
                    throw new IllegalArgumentException("keyword must have at most 8191 units, had " + value.length());
                }
            }
        }

        @Override
        public Kind kind() {
            return Kind.KEYWORDS;
        }
    }

    /** Of a number field. */
    record Numeric(double number) implements Value {
        /** Refuses what cannot be sorted; there is one zero. */
        public Numeric {
            if (!Double.isFinite(number)) {
                throw new IllegalArgumentException("number must be finite, was " + number);
            }
            number = number + 0.0;
        }

        @Override
        public Kind kind() {
            return Kind.NUMBER;
        }
    }

    /** Of a date field: cut to milliseconds. */
    record Date(Instant time) implements Value {
        /** Refuses years beyond 9999 and before 0. */
        public Date {
            if (time.isBefore(Instant.parse("0000-01-01T00:00:00Z"))
                    || time.isAfter(Instant.parse("9999-12-31T23:59:59.999Z"))) {
                throw new IllegalArgumentException("time must be in the years 0 to 9999, was " + time);
            }
            time = time.truncatedTo(ChronoUnit.MILLIS);
        }

        @Override
        public Kind kind() {
            return Kind.DATE;
        }
    }
}
