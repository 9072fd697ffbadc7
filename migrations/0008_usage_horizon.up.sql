-- Days of usage before `kept_since` were forgotten on purpose; the books are proved from that day on.

create table billing.usage_horizon (
  id         boolean primary key default true check (id),
  kept_since date not null default '2000-01-01'
);
insert into billing.usage_horizon default values;
