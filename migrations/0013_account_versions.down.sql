drop trigger touch_account on users;
drop function billing.touch_account();
