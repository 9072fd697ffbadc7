-- The core tables, by the names of the schema document: plans, users, jobs, artifacts, usage_daily.
-- Timestamps are timestamptz and ids bigint; columns that the document does not know come with 0003.

create extension if not exists pg_trgm;

create table plans (
  id                  serial primary key,
  name                varchar(50) not null unique,
  tier                varchar(20) not null unique check (tier in ('free', 'starter', 'pro', 'admin')),
  daily_token_limit   integer not null,
  requests_per_minute integer not null default 5,
  max_concurrent_jobs integer not null default 1,
  priority            integer not null check (priority in (0, 1, 2, 3)),
  max_resolution      integer not null,
  allowed_models      text[] not null,
  price_cents         integer not null default 0,
  billing_period      varchar(20) default 'monthly',
  description         text,
  active              boolean default true,
  created_at          timestamptz default current_timestamp
);
create index idx_plans_tier on plans (tier);
create index idx_plans_active on plans (active) where active = true;

insert into plans (name, tier, daily_token_limit, priority, max_resolution, allowed_models, price_cents, description) values
  ('Free', 'free', 20, 0, 1024, array['sdxl'], 0, 'Free tier with basic features'),
  ('Starter', 'starter', 120, 1, 1536, array['sdxl', 'flux-schnell'], 500, 'Great for casual creators'),
  ('Pro', 'pro', 300, 2, 2048, array['sdxl', 'flux-schnell', 'flux-dev'], 1200, 'For serious creators'),
  ('Admin', 'admin', 999999, 3, 4096, array['*'], 0, 'Unlimited access for admins');

create table users (
  id                 bigserial primary key,
  platform           varchar(20) not null check (platform in ('telegram', 'discord', 'web')),
  platform_user_id   varchar(100) not null,
  plan_id            integer references plans (id) default 1,
  email              varchar(255),
  display_name       varchar(100),
  ip_address         inet,
  api_key            varchar(64) unique,
  api_key_created_at timestamptz,
  created_at         timestamptz default current_timestamp,
  last_active_at     timestamptz default current_timestamp,
  unique (platform, platform_user_id)
);
create index idx_users_platform_uid on users (platform, platform_user_id);
create index idx_users_api_key on users (api_key) where api_key is not null;
create index idx_users_plan on users (plan_id);
create index idx_users_email on users (email) where email is not null;

create table jobs (
  id                     uuid primary key default gen_random_uuid(),
  user_id                bigint not null references users (id) on delete cascade,
  frontend               varchar(20) not null check (frontend in ('telegram', 'discord', 'web', 'api')),
  bot_id                 varchar(50),
  capability             varchar(20) not null check (capability in ('image', 'video', 'text', 'audio')),
  status                 varchar(20) not null default 'CREATED'
                         check (status in ('CREATED', 'QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
  priority               integer not null,
  params                 jsonb not null,
  workflow_id            varchar(100),
  cost_tokens            numeric(10, 2) not null,
  worker_id              varchar(50),
  created_at             timestamptz default current_timestamp,
  queued_at              timestamptz,
  started_at             timestamptz,
  ended_at               timestamptz,
  execution_time_seconds numeric(6, 2),
  error                  jsonb,
  metadata               jsonb
);
create index idx_jobs_user_id on jobs (user_id);
create index idx_jobs_status on jobs (status);
create index idx_jobs_created_at on jobs (created_at desc);
create index idx_jobs_status_priority on jobs (status, priority desc) where status in ('QUEUED', 'RUNNING');
create index idx_jobs_worker_id on jobs (worker_id) where worker_id is not null;
create index idx_jobs_user_status on jobs (user_id, status);
create index idx_jobs_active on jobs (status, priority desc, created_at) where status in ('QUEUED', 'RUNNING');
-- jsonb_path_ops answers the same containment question (params @> '{"model": ...}') for less
create index idx_jobs_params_model on jobs using gin (params jsonb_path_ops) where capability = 'image';

create table artifacts (
  id               uuid primary key default gen_random_uuid(),
  job_id           uuid not null references jobs (id) on delete cascade,
  type             varchar(20) not null check (type in ('image', 'video', 'audio', 'text')),
  format           varchar(20) not null,
  local_path       varchar(500),
  public_url       varchar(500),
  width            integer,
  height           integer,
  duration_seconds numeric(6, 2),
  file_size_bytes  bigint,
  metadata         jsonb,
  expires_at       timestamptz,
  created_at       timestamptz default current_timestamp
);
create index idx_artifacts_job_id on artifacts (job_id);
create index idx_artifacts_created_at on artifacts (created_at desc);
create index idx_artifacts_expires_at on artifacts (expires_at) where expires_at is not null;

create table usage_daily (
  id             bigserial primary key,
  user_id        bigint not null references users (id) on delete cascade,
  date           date not null,
  tokens_used    numeric(10, 2) not null default 0,
  jobs_completed integer not null default 0,
  jobs_failed    integer not null default 0,
  tokens_image   numeric(10, 2) default 0,
  tokens_video   numeric(10, 2) default 0,
  tokens_text    numeric(10, 2) default 0,
  tokens_audio   numeric(10, 2) default 0,
  created_at     timestamptz default current_timestamp,
  updated_at     timestamptz default current_timestamp,
  unique (user_id, date)
);
create index idx_usage_user_date on usage_daily (user_id, date desc);
create index idx_usage_date on usage_daily (date desc);
create index idx_usage_tokens on usage_daily (tokens_used desc);
