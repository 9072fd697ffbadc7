drop trigger guard_opening on billing.token_account;
