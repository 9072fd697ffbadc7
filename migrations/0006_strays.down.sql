drop index idx_jobs_unswept;
alter table jobs drop column swept;
