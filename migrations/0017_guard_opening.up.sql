-- An account that comes with a balance needs the ledger row that says so, as one whose balance moves does.

create constraint trigger guard_opening after insert on billing.token_account
  deferrable initially deferred for each row
  when (new.balance <> 0 or new.last_seq <> 0)
  execute function billing.guard_account();
