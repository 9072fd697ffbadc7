-- Pictures that people give to start from; the file stands below the artifact store from `stored_at` until the row goes.

create table uploads (
  id           uuid primary key,
  user_id      bigint not null references users (id) on delete cascade,
  digest       bytea not null,                -- SHA-256 of what was given: the same picture is kept once
  content_type varchar(20) not null check (content_type in ('image/png', 'image/jpeg')),
  width        integer not null check (width > 0),
  height       integer not null check (height > 0),
  size_bytes   bigint not null check (size_bytes > 0),
  path         varchar(500) not null unique,
  created_at   timestamptz not null default now(),
  stored_at    timestamptz,
  expires_at   timestamptz not null check (expires_at > created_at)
);
create index idx_uploads_user on uploads (user_id, expires_at);
create index idx_uploads_expires on uploads (expires_at);
create index idx_uploads_unstored on uploads (created_at) where stored_at is null;
