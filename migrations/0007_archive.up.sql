-- What jobs counted that were archived: with it usage_daily can be proved after their rows are gone. Money rows stay.

create table billing.archived_usage (
  user_id        bigint not null references billing.token_account (user_id) on delete restrict,
  day            date not null,
  capability     varchar(20) not null,
  jobs_completed bigint not null,
  jobs_failed    bigint not null,
  tokens         numeric(12, 2) not null,
  primary key (user_id, day, capability)
);
