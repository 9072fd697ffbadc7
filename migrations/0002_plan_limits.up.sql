-- Requests a minute, concurrent and waiting jobs of each plan, and the model that needs no GPU.

alter table plans add column max_waiting_jobs integer not null default 5 check (max_waiting_jobs >= 0);

update plans p
   set requests_per_minute = l.requests_per_minute,
       max_concurrent_jobs = l.max_concurrent_jobs,
       max_waiting_jobs    = l.max_waiting_jobs
  from (values ('free', 5, 1, 5), ('starter', 15, 2, 20), ('pro', 30, 3, 50), ('admin', 600, 16, 1000))
       l (tier, requests_per_minute, max_concurrent_jobs, max_waiting_jobs)
 where p.tier = l.tier;

update plans set allowed_models = allowed_models || array['painter'] where not '*' = any (allowed_models);

alter table plans add check (requests_per_minute > 0), add check (max_concurrent_jobs > 0), add check (daily_token_limit >= 0);
