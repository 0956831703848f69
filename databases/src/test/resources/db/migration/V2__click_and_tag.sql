CREATE TABLE click (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    link_id     bigint NOT NULL REFERENCES link (id),
    at          timestamptz NOT NULL DEFAULT now(),
    country     char(2),
    referrer    varchar,
    details     jsonb
);
CREATE INDEX click_by_link ON click (link_id, at DESC);

CREATE TABLE tag (
    link_id     bigint NOT NULL REFERENCES link (id) ON DELETE CASCADE,
    name        varchar NOT NULL,
    PRIMARY KEY (link_id, name)
);
/* [jooq ignore start] */ CREATE UNIQUE INDEX tag_name_once ON tag (link_id, lower(name)); /* [jooq ignore stop] */
