-- Attempts that failed though another worker might have succeeded, for as long as they are evidence; what follows from
-- them: pauses that end by themselves, and workers that get nothing for a while.

create table failures (
  id        bigint generated always as identity primary key,
  at        timestamptz not null default clock_timestamp(),
  job_id    uuid not null references jobs (id) on delete cascade,
  user_id   bigint not null references users (id) on delete cascade,
  model     text not null,
  worker_id varchar(50) not null,
  code      varchar(50) not null
);
create index idx_failures_at on failures (at);
create index idx_failures_job_id on failures (job_id);   -- for the cascades
create index idx_failures_user_id on failures (user_id);

alter table catalogue.pauses add column ends_at timestamptz; -- null: when an admin resumes it
alter table workers add column aside_until timestamptz;
