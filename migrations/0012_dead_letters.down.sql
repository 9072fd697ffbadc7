drop index idx_deliveries_dead;
