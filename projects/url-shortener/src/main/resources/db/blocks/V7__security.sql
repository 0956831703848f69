-- Links belong to accounts from here on. What a key made belongs to an account of its number; the keys themselves were of another form and are not taken over.
insert into account (id, name, created_at) select id, 'key-' || id, created_at from api_key;

select setval(pg_get_serial_sequence('account', 'id'), (select coalesce(max(id), 0) + 1 from account), false);

alter table link drop constraint link_owner_fkey;
alter table link add foreign key (owner) references account (id);
alter table idempotency drop constraint idempotency_owner_fkey;
alter table idempotency add foreign key (owner) references account (id);
drop table api_key;

CREATE TABLE IF NOT EXISTS session (
    id uuid PRIMARY KEY,
    subject text NOT NULL,
    device text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    refreshed_at timestamptz NOT NULL,
    generation int NOT NULL,
    current text NOT NULL,
    previous text,
    salt text,
    seal text NOT NULL,
    idle_until timestamptz NOT NULL,
    until timestamptz NOT NULL,
    cause text,
    ended_at timestamptz,
    CHECK ((cause IS NULL) = (ended_at IS NULL))
);
CREATE INDEX IF NOT EXISTS session_by_subject ON session (subject) WHERE cause IS NULL;
CREATE INDEX IF NOT EXISTS session_by_until ON session (until);

CREATE TABLE IF NOT EXISTS security_api_key (
    id uuid PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    owner text NOT NULL,
    name text NOT NULL,
    scopes text NOT NULL,
    hint text NOT NULL,
    issued_by uuid REFERENCES security_api_key,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    successor uuid
);
CREATE INDEX IF NOT EXISTS security_api_key_by_owner ON security_api_key (owner, created_at);
CREATE INDEX IF NOT EXISTS security_api_key_by_issuer ON security_api_key (issued_by) WHERE issued_by IS NOT NULL;
