-- Results that could not be posted, for the admins who look at them.

create index idx_deliveries_dead on deliveries (due_at) where state = 'dead';
