alter table workers drop column aside_until;
alter table catalogue.pauses drop column ends_at;
drop table failures;
