alter table jobs
  drop constraint jobs_created_hold_nothing,
  drop column after,
  drop column start_at;
