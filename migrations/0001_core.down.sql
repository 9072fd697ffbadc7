drop table usage_daily, artifacts, jobs, users, plans;
drop extension pg_trgm;
