-- Steps that people may ask a diffusion model for; null: the model has none to choose. Above 50 they cost more.

alter table catalogue.models add column max_steps smallint check (max_steps between 1 and 200);

update catalogue.models set max_steps = 100 where id in ('sdxl', 'flux-dev');
update catalogue.models set max_steps = 16 where id = 'flux-schnell'; -- distilled: made for four
