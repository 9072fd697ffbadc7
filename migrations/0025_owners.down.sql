drop trigger keep_owner on billing.token_account;
create trigger keep_owner after update of user_id on billing.token_account
  for each row when (old.user_id <> new.user_id and old.last_seq <> 0) execute function billing.keep_account();
