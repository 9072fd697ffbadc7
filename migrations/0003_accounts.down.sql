drop trigger open_account on users;
drop schema billing cascade;
