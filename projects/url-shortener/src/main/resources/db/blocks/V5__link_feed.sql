-- Which transaction changed a link last: a reader that goes on from the oldest one that ran when it looked misses none.
alter table link add column changed xid8 not null default pg_current_xact_id();

create index link_by_change on link (changed, id);

create function link_changed() returns trigger language plpgsql as $$
begin
    new.changed := pg_current_xact_id();
    new.version := old.version + 1;
    return new;
end $$;

create trigger link_changed before update of target, title, status, expires_at on link
    for each row execute function link_changed();
