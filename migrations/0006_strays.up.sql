-- Ended jobs that may have left files of attempts which did not become their artifacts, until the janitor has looked.

alter table jobs add column swept boolean not null default false;
create index idx_jobs_unswept on jobs (ended_at)
  where ended_at is not null and not swept and (attempt > 1 or (attempt = 1 and status <> 'COMPLETED'));
