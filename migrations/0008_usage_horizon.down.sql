drop table billing.usage_horizon;
