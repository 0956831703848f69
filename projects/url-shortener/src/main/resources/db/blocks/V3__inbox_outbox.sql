-- The tables of dev.backendmastery.patterns: inbox and outbox.
CREATE TABLE IF NOT EXISTS inbox (
    consumer text NOT NULL,
    id uuid NOT NULL,
    day integer NOT NULL,
    PRIMARY KEY (consumer, id, day)
) PARTITION BY RANGE (day);
CREATE SEQUENCE IF NOT EXISTS outbox_id CACHE 1;
CREATE TABLE IF NOT EXISTS outbox (
    id bigint NOT NULL DEFAULT nextval('outbox_id'),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    bucket smallint NOT NULL CHECK (bucket BETWEEN 0 AND 255),
    lane smallint NOT NULL GENERATED ALWAYS AS (bucket % 4) STORED,
    topic text NOT NULL,
    key bytea NOT NULL,
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    message bytea NOT NULL
) PARTITION BY LIST ((id / 1000000 % 4));
CREATE TABLE IF NOT EXISTS outbox_0 PARTITION OF outbox FOR VALUES IN (0);
CREATE TABLE IF NOT EXISTS outbox_1 PARTITION OF outbox FOR VALUES IN (1);
CREATE TABLE IF NOT EXISTS outbox_2 PARTITION OF outbox FOR VALUES IN (2);
CREATE TABLE IF NOT EXISTS outbox_3 PARTITION OF outbox FOR VALUES IN (3);
CREATE INDEX IF NOT EXISTS outbox_by_xid ON outbox (lane, xid);
CREATE INDEX IF NOT EXISTS outbox_by_id ON outbox (lane, id);
CREATE TABLE IF NOT EXISTS outbox_layout (
    segment_rows bigint NOT NULL,
    segments int NOT NULL,
    one boolean PRIMARY KEY DEFAULT true CHECK (one)
);
INSERT INTO outbox_layout VALUES (1000000, 4) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS outbox_lane (
    lane smallint PRIMARY KEY,
    since pg_snapshot NOT NULL DEFAULT '1:1:',
    until pg_snapshot NOT NULL DEFAULT '1:1:',
    last_id bigint NOT NULL DEFAULT 0
);
INSERT INTO outbox_lane SELECT generate_series(0, 4 - 1) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS outbox_blocked (
    topic text NOT NULL,
    key bytea NOT NULL,
    lane smallint NOT NULL,
    parked boolean NOT NULL,
    attempts int NOT NULL,
    next_attempt timestamptz NOT NULL DEFAULT clock_timestamp(),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    error text NOT NULL,
    PRIMARY KEY (topic, key)
);
CREATE TABLE IF NOT EXISTS outbox_held (
    place bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (CACHE 1),
    id bigint NOT NULL UNIQUE,
    topic text NOT NULL,
    key bytea NOT NULL,
    created timestamptz NOT NULL,
    message bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_held_by_key ON outbox_held (topic, key, place);
CREATE TABLE IF NOT EXISTS outbox_relay (name text PRIMARY KEY, seen timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS lease (
    name text PRIMARY KEY,
    holder text NOT NULL,
    epoch bigint NOT NULL,
    expires timestamptz NOT NULL,
    UNIQUE (name, epoch)
);
