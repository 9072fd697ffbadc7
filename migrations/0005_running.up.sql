-- What running a job needs: its order, attempts, leases, holds, cancels and idempotency; workers and leadership.

alter table jobs
  add column seq                 bigint generated always as identity unique, -- order of admission
  add column idempotency_key     varchar(200),
  add column request_hash        bytea,
  add column parent_id           uuid,                                       -- the job it repeats or varies
  add column held_allowance      numeric(12, 2) not null default 0 check (held_allowance >= 0),
  add column held_balance        numeric(12, 2) not null default 0 check (held_balance >= 0),
  add column held_day            date,
  add column attempt             integer not null default 0,
  add column lost_attempts       integer not null default 0,
  add column failed_attempts     integer not null default 0,
  add column avoid_workers       text[] not null default '{}',               -- names of workers it failed on
  add column lease_token         uuid,
  add column lease_until         timestamptz,
  add column cancel_requested_at timestamptz,
  add column wait_until          timestamptz,                                -- kept that long when no live worker can run it
  add check ((status = 'RUNNING') = (lease_until is not null)),
  add check ((status = 'RUNNING') = (lease_token is not null)),
  alter column execution_time_seconds type numeric(10, 2);
alter table artifacts alter column duration_seconds type numeric(10, 2);

create unique index idx_jobs_idempotency on jobs (user_id, idempotency_key) where idempotency_key is not null;
create index idx_jobs_user_recent on jobs (user_id, created_at desc);
create index idx_jobs_keys on jobs (created_at) where idempotency_key is not null; -- what the janitor still has to forget

alter table artifacts
  add column position       smallint not null default 0,
  add column thumbnail_path varchar(500),
  add column deleted_at     timestamptz,
  add unique (job_id, position);
create index idx_artifacts_files on artifacts (expires_at) where deleted_at is null; -- what it still has to delete

alter table users add column locale varchar(20);
create index idx_users_address on users (ip_address, created_at) where ip_address is not null;

create table deliveries (
  job_id      uuid primary key references jobs (id) on delete cascade,
  user_id     bigint not null references users (id) on delete cascade,
  frontend    varchar(20) not null,
  bot_id      varchar(50) not null,
  address     jsonb not null, -- where the answer goes, in the platform's terms
  message     jsonb,          -- the status message that the bot owns, once it was sent
  state       text not null default 'waiting' check (state in ('waiting', 'due', 'posted', 'uncertain', 'dead')),
  due_at      timestamptz,
  claimed_by  text,
  claim_until timestamptz,
  tries       integer not null default 0,
  last_error  text,
  created_at  timestamptz not null default now(),
  posted_at   timestamptz,
  check ((claimed_by is null) = (claim_until is null)),
  check ((state = 'posted') = (posted_at is not null))
);
create index idx_deliveries_open on deliveries (bot_id, due_at) where state in ('waiting', 'due');

create table workers (
  worker_id    varchar(50) primary key, -- names an incarnation: a restarted worker is a new one
  name         varchar(40) not null,
  state        text not null default 'ready' check (state in ('ready', 'draining', 'gone')),
  slots        integer not null check (slots > 0),
  memory_gib   double precision not null default 0,
  offers       jsonb not null,
  warm         text[] not null default '{}',
  version      text,
  started_at   timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  gone_at      timestamptz
);
create index idx_workers_alive on workers (last_seen_at) where state <> 'gone';

-- one row: who dispatches
create table leadership (
  id         boolean primary key default true check (id),
  holder     text,
  term       bigint not null default 0,
  expires_at timestamptz not null default '2000-01-01'
);
insert into leadership default values;

create table audit_log (
  id            bigint generated always as identity primary key,
  at            timestamptz not null default now(),
  actor_user_id bigint references users (id) on delete set null,
  actor         text not null,
  action        text not null,
  subject       text,
  details       jsonb not null default '{}'
);
create index idx_audit_log_at on audit_log (at desc);

create table service_keys (
  name       text primary key,
  key_sha256 varchar(64) not null unique,
  platform   varchar(20) check (platform in ('telegram', 'discord', 'web')), -- null: may act for users of any
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);
