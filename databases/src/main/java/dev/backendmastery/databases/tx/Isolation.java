package dev.backendmastery.databases.tx;

/** The isolation levels that PostgreSQL has; what each prevents stands in the map of this package. */
public enum Isolation {
    /** Every statement sees what was committed before it began. */
    READ_COMMITTED("READ COMMITTED"),
    /** Every statement sees what was committed before the first one: snapshot isolation. */
    REPEATABLE_READ("REPEATABLE READ"),
    /** As if one transaction ran after another. */
    SERIALIZABLE("SERIALIZABLE");

    private final String sql;

    Isolation(String sql) {
        this.sql = sql;
    }

    /** The level's name in SQL. */
    public String sql() {
        return sql;
    }
}
