-- A plausible small schema: what the tests of the migrations and of the code generation work on.
CREATE TABLE api_key (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner       varchar NOT NULL,
    hash        bytea NOT NULL /* [jooq ignore start] */ UNIQUE /* [jooq ignore stop] */,
    scopes      varchar[] NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    revoked_at  timestamptz
);
CREATE INDEX api_key_live ON api_key (owner) WHERE revoked_at IS NULL;

CREATE TABLE link (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code        varchar NOT NULL UNIQUE CHECK (code ~ '^[0-9A-Za-z]{4,16}$'),
    target      varchar NOT NULL,
    owner       varchar NOT NULL,
    title       varchar,
    settings    jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz,
    deleted_at  timestamptz
);
CREATE INDEX link_by_owner ON link (owner, created_at DESC, id DESC) WHERE deleted_at IS NULL;
