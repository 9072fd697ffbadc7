-- How many pixels one picture of a plan may have, where that is less than its longest side allows.

alter table plans add column max_pixels bigint check (max_pixels > 0);
