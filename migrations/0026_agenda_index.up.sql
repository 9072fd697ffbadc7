-- tessera: no-transaction
-- The booked jobs, found while others work on the table.
create index concurrently if not exists idx_jobs_booked on jobs (id)
  where status = 'CREATED' and (start_at is not null or after is not null);
