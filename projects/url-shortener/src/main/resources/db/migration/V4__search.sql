alter table link add column title varchar(200);

alter table link add column version bigint not null default 0;
