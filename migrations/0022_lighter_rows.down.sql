drop trigger guard_account on billing.token_account;
create constraint trigger guard_account after update on billing.token_account
  deferrable initially deferred for each row
  when (old.balance is distinct from new.balance or old.last_seq is distinct from new.last_seq)
  execute function billing.guard_account();
drop trigger guard_moves on billing.token_account;
drop function billing.guard_moves();

create or replace function billing.guard_account() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from billing.token_ledger l
                  where l.user_id = new.user_id and l.seq = new.last_seq and l.balance_after = new.balance) then
    raise exception 'the balance of user % moved without a ledger row', new.user_id using errcode = 'check_violation';
  end if;
  return null;
end $$;

create or replace function billing.guard_ledger() returns trigger language plpgsql as $$
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

alter table deliveries add foreign key (user_id) references users (id) on delete cascade;

drop trigger keep_accounts on billing.token_account;
drop trigger keep_owner on billing.token_account;
drop trigger keep_account on billing.token_account;
drop function billing.keep_account();
drop index billing.idx_token_ledger_reference;
drop index billing.idx_token_ledger_job;
create index idx_token_ledger_job on billing.token_ledger (job_id) where job_id is not null;
create index idx_token_ledger_user_time on billing.token_ledger (user_id, occurred_at desc);
alter table billing.token_ledger
  drop constraint token_ledger_reference_check,
  add unique (reference_id),
  add foreign key (user_id) references billing.token_account (user_id) on delete restrict;
