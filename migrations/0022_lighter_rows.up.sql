-- What is written for each job, with less to look up; what was impossible stays impossible.

-- A ledger row has an account because the guard below looks for it, and the account stays because of `keep_account`: the
-- foreign key asked the same again for each row. The rows of a job are found by the job, and its references are made of
-- it: one index keeps them unique and finds them. A user's rows stand in the order of time as they do in that of `seq`.
alter table billing.token_ledger
  drop constraint token_ledger_user_id_fkey,
  drop constraint token_ledger_reference_id_key,
  add constraint token_ledger_reference_check check (job_id is null or reference_id = reason || ':' || job_id);
drop index billing.idx_token_ledger_user_time;
drop index billing.idx_token_ledger_job;
create unique index idx_token_ledger_job on billing.token_ledger (job_id, reason) where job_id is not null;
create unique index idx_token_ledger_reference on billing.token_ledger (reference_id) where job_id is null;

create function billing.keep_account() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger has rows of this account' using errcode = 'foreign_key_violation';
end $$;
create trigger keep_account before delete on billing.token_account
  for each row when (old.last_seq <> 0) execute function billing.keep_account();
create trigger keep_owner after update of user_id on billing.token_account
  for each row when (old.user_id <> new.user_id and old.last_seq <> 0) execute function billing.keep_account();
create trigger keep_accounts before truncate on billing.token_account
  for each statement execute function billing.keep_account();

-- A delivery's job is a foreign key, and the job's user is one: who deletes the user deletes both, as before.
alter table deliveries drop constraint deliveries_user_id_fkey;

-- Each new row continues the row before it, which stands in the ledger too if it came with the same statement, and lies
-- within its account; the last one is where the account stands.
create or replace function billing.guard_ledger() returns trigger language plpgsql as $$
begin
  if exists (
       select 1
         from fresh n
         left join lateral (select l.balance_after from billing.token_ledger l
                             where l.user_id = n.user_id and l.seq = n.seq - 1 offset 0) p on true
         left join lateral (select a.balance, a.last_seq from billing.token_account a
                             where a.user_id = n.user_id offset 0) a on true
        where coalesce(p.balance_after, case n.seq when 1 then 0 end) is distinct from n.balance_after - n.delta
           or a.last_seq is null or n.seq > a.last_seq or (n.seq = a.last_seq and n.balance_after <> a.balance))
  then
    raise exception 'the ledger does not add up' using errcode = 'check_violation';
  end if;
  return null;
end $$;

-- Accounts that move in the statement that writes their rows are proved with it, all at once. The others may get theirs
-- from a later statement: touched once more, from here, they are looked at when the transaction ends. None goes back to
-- where it stood before.
create function billing.guard_moves() returns trigger language plpgsql as $$
declare
  unproved bigint[];
  back boolean;
begin
  if pg_trigger_depth() > 1 then -- moved by a trigger: looked at in the end
    return null;
  end if;
  select array_agg(n.user_id) filter (where l.balance_after is distinct from n.balance), bool_or(n.last_seq < o.last_seq)
    into unproved, back
    from moved n join before o using (user_id)
    left join lateral (select l.balance_after from billing.token_ledger l
                        where l.user_id = n.user_id and l.seq = n.last_seq offset 0) l on true
   where n.balance <> o.balance or n.last_seq <> o.last_seq;
  if back and exists (select 1 from moved n, lateral (select 1 from billing.token_ledger l
                                                       where l.user_id = n.user_id and l.seq > n.last_seq offset 0) l) then
    raise exception 'an account went back' using errcode = 'check_violation';
  end if;
  if unproved is not null then
    update billing.token_account set last_seq = last_seq where user_id = any (unproved);
  end if;
  return null;
end $$;
create trigger guard_moves after update on billing.token_account
  referencing old table as before new table as moved for each statement execute function billing.guard_moves();
create or replace function billing.guard_account() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from billing.token_ledger l
                  where l.user_id = new.user_id and l.seq = new.last_seq and l.balance_after = new.balance)
     and (new.balance <> 0 or new.last_seq <> 0 -- an account that nothing has moved yet may be touched
          or exists (select 1 from billing.token_ledger l where l.user_id = new.user_id)) then
    raise exception 'the balance of user % moved without a ledger row', new.user_id using errcode = 'check_violation';
  end if;
  return null;
end $$;
drop trigger guard_account on billing.token_account;
create constraint trigger guard_account after update on billing.token_account
  deferrable initially deferred for each row when (pg_trigger_depth() > 0) execute function billing.guard_account();
