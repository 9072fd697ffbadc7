-- The account row that admission locks, the append-only ledger, and the guard that makes a wrong sum impossible.
-- billing keeps users by RESTRICT and jobs without a foreign key: money is never deleted by a cascade.

create schema billing;

create table billing.token_account (
  user_id        bigint primary key references users (id) on delete restrict,
  balance        numeric(12, 2) not null default 0 check (balance >= 0),
  allowance_day  date not null default '2000-01-01',
  allowance_used numeric(12, 2) not null default 0 check (allowance_used >= 0),
  open_jobs      integer not null default 0 check (open_jobs >= 0), -- CREATED, QUEUED and RUNNING jobs
  rate_tat       timestamptz not null default '2000-01-01',         -- GCRA: theoretical arrival time
  banned         boolean not null default false,
  last_seq       bigint not null default 0
) with (fillfactor = 50);

-- Whoever is a user has an account, however the row came to be.
create function billing.open_account() returns trigger language plpgsql as $$
begin
  insert into billing.token_account (user_id) values (new.id);
  return null;
end $$;
create trigger open_account after insert on users for each row execute function billing.open_account();
insert into billing.token_account (user_id) select id from users;

create table billing.token_ledger (
  user_id         bigint not null references billing.token_account (user_id) on delete restrict,
  seq             bigint not null,
  reason          text not null check (reason in ('hold', 'settle', 'grant', 'purchase', 'refill', 'correction')),
  reference_id    text not null unique,
  job_id          uuid,
  delta           numeric(12, 2) not null,           -- on the balance
  allowance_delta numeric(12, 2) not null default 0, -- on the daily allowance of `day`
  day             date not null,
  balance_after   numeric(12, 2) not null check (balance_after >= 0),
  occurred_at     timestamptz not null default clock_timestamp(),
  note            text,
  primary key (user_id, seq),
  check (reason <> 'hold' or (delta <= 0 and allowance_delta <= 0)),
  check (reason <> 'settle' or (delta >= 0 and allowance_delta >= 0)),
  check ((reason in ('hold', 'settle')) = (job_id is not null))
);
create index idx_token_ledger_user_time on billing.token_ledger (user_id, occurred_at desc);
create index idx_token_ledger_job on billing.token_ledger (job_id) where job_id is not null;

-- Each new row continues its user's chain of numbers and balances, and the account stands where the chain ends.
-- `lateral ... offset 0` forces the index: transition tables have no statistics.
create function billing.guard_ledger() returns trigger language plpgsql as $$
begin
  if exists (
       select 1
         from (select n.user_id, n.seq, n.balance_after - n.delta as before,
                      lag(n.seq) over w as previous_seq, lag(n.balance_after) over w as previous_balance
                 from fresh n window w as (partition by n.user_id order by n.seq)) x
         left join lateral (select l.seq, l.balance_after from billing.token_ledger l
                             where x.previous_seq is null and l.user_id = x.user_id and l.seq = x.seq - 1 offset 0) p on true
        where coalesce(x.previous_seq, p.seq, 0) <> x.seq - 1
           or coalesce(x.previous_balance, p.balance_after, 0) <> x.before)
     or exists (
       select 1
         from (select distinct on (user_id) user_id, seq, balance_after from fresh order by user_id, seq desc) n
         left join lateral (select t.balance, t.last_seq from billing.token_account t where t.user_id = n.user_id offset 0) a on true
        where a.balance is distinct from n.balance_after or a.last_seq is distinct from n.seq)
  then
    raise exception 'the ledger does not add up' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger guard_ledger after insert on billing.token_ledger
  referencing new table as fresh for each statement execute function billing.guard_ledger();

-- The balance may move only together with the ledger, and a ledger row never changes.
create function billing.guard_account() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from billing.token_ledger l
                  where l.user_id = new.user_id and l.seq = new.last_seq and l.balance_after = new.balance) then
    raise exception 'the balance of user % moved without a ledger row', new.user_id using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger guard_account after update on billing.token_account
  deferrable initially deferred for each row
  when (old.balance is distinct from new.balance or old.last_seq is distinct from new.last_seq)
  execute function billing.guard_account();

create function billing.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only: write a compensating row' using errcode = 'check_violation';
end $$;
create trigger append_only before update or delete or truncate on billing.token_ledger
  for each statement execute function billing.refuse_change();
