-- Of the jobs that were there before 0024, too; others may work on the table meanwhile.

alter table jobs validate constraint jobs_created_hold_nothing;
