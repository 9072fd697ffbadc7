-- The model that cuts films from clips that are there already; ffmpeg does it, on any worker with the extra `compose`.

insert into catalogue.models (id, name, display_name, provider, description, capability, price_tokens, default_width,
                              default_height, default_seconds, max_seconds, rank) values
  ('compose', 'compose', 'compose (ffmpeg)', 'tessera', 'Cuts clips and pictures into a film: cross-fades, words over it, music under it.', 'video', 0.1, 1024, 576, 6, 120, 95)
on conflict (id) do nothing;

update plans set allowed_models = allowed_models || array['compose']
 where not '*' = any (allowed_models);
