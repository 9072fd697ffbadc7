-- Jobs that join the line later: at a start time, or after other jobs of the same user. Until then they are CREATED,
-- hold no tokens, and count as open. A CREATED job with neither column waits for something else.

alter table jobs
  add column start_at timestamptz, -- not before
  add column after    uuid[],      -- jobs that had not completed when it was asked for, and must
  add constraint jobs_created_hold_nothing check (status <> 'CREATED' or held_day is null) not valid;
