drop index if exists idx_jobs_booked;
