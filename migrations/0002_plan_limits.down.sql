alter table plans
  drop constraint plans_requests_per_minute_check,
  drop constraint plans_max_concurrent_jobs_check,
  drop constraint plans_daily_token_limit_check,
  drop column max_waiting_jobs;
update plans set allowed_models = array_remove(allowed_models, 'painter'), requests_per_minute = 5, max_concurrent_jobs = 1;
