alter table link add column expiry_told boolean not null default false;

create index link_by_expiry on link (expires_at) where not expiry_told;

create table link_event (
    id      uuid        primary key,
    link_id bigint      not null references link (id),
    type    varchar(8)  not null check (type in ('CREATED', 'CHANGED', 'BANNED', 'EXPIRED')),
    at      timestamp with time zone not null
);

create index link_event_by_link on link_event (link_id, at);
