drop table billing.archived_usage;
