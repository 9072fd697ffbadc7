-- A plan that changes makes a new version of the account row: what was decided on the version before is not written.

create function billing.touch_account() returns trigger language plpgsql as $$
begin
  update billing.token_account set user_id = user_id where user_id = new.id;
  return null;
end $$;
create trigger touch_account after update of plan_id on users
  for each row when (old.plan_id is distinct from new.plan_id) execute function billing.touch_account();
