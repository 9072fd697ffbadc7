drop table service_keys, audit_log, leadership, workers, deliveries;
drop index idx_users_address;
alter table users drop column locale;
drop index idx_artifacts_files;
alter table artifacts drop constraint artifacts_job_id_position_key;
alter table artifacts drop column position, drop column thumbnail_path, drop column deleted_at, alter column duration_seconds type numeric(6, 2);
drop index idx_jobs_user_recent, idx_jobs_keys;
alter table jobs
  drop column seq, drop column idempotency_key, drop column request_hash, drop column parent_id, drop column held_allowance,
  drop column held_balance, drop column held_day, drop column attempt, drop column lost_attempts, drop column failed_attempts,
  drop column avoid_workers, drop column lease_token, drop column lease_until, drop column cancel_requested_at,
  drop column wait_until, alter column execution_time_seconds type numeric(6, 2);
