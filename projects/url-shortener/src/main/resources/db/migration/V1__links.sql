create sequence link_number;

create table api_key (
    id         bigint generated always as identity primary key,
    name       text        not null,
    hash       varchar(64) not null unique,
    admin      boolean     not null,
    created_at timestamp with time zone not null,
    disabled   boolean     not null default false
);

create table link (
    id         bigint      primary key,
    code       varchar(32) not null unique,
    target     text        not null,
    owner      bigint      not null references api_key (id),
    status     varchar(8)  not null check (status in ('ACTIVE', 'DISABLED', 'BANNED')),
    created_at timestamp with time zone not null,
    expires_at timestamp with time zone,
    max_visits bigint      check (max_visits > 0),
    visits     bigint      not null default 0
);

create index link_by_owner on link (owner, created_at desc, id desc);

create table link_tag (
    link_id bigint      not null references link (id),
    tag     varchar(30) not null,
    primary key (link_id, tag)
);

create index link_tag_by_tag on link_tag (tag, link_id);

create table idempotency (
    owner   bigint       not null references api_key (id),
    key     varchar(100) not null,
    request varchar(64)  not null,
    link_id bigint references link (id),
    primary key (owner, key)
);

create table click (
    id       uuid        primary key,
    link_id  bigint      not null references link (id),
    at       timestamp with time zone not null,
    kind     varchar(5)  not null check (kind in ('VISIT', 'BOT', 'HEAD')),
    referrer varchar(253) not null
);

create index click_by_link on click (link_id, at);
