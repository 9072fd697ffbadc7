-- An account never becomes somebody else's, not even one that nothing has moved yet: the guard compares what an account was
-- with what it is by its owner.
drop trigger keep_owner on billing.token_account;
create trigger keep_owner before update of user_id on billing.token_account
  for each row when (old.user_id <> new.user_id) execute function billing.keep_account();
