-- How long what a model makes is and may be, and the models of video, sound and words that need no GPU.

alter table catalogue.models
  add column default_seconds numeric(7, 1) check (default_seconds > 0), -- null: the words decide, as in speech
  add column max_seconds     numeric(7, 1) check (max_seconds > 0),
  add check (default_seconds <= max_seconds);

insert into catalogue.models (id, name, display_name, provider, description, capability, price_tokens, default_width,
                              default_height, default_seconds, max_seconds, rank) values
  ('animator', 'animator', 'animator (no GPU)', 'tessera', 'Moves through a painted scene, without a GPU or a neural network.', 'video', 0.5, 1024, 576, 6, 8, 90),
  ('composer', 'composer', 'composer (no GPU)', 'tessera', 'Composes by rules from a mood, a tempo and a seed, without a GPU or a neural network.', 'audio', 1, null, null, 20, 120, 90),
  ('speaker', 'speaker', 'speaker (eSpeak NG)', 'tessera', 'Reads the words aloud with eSpeak NG, in many languages.', 'audio', 0.25, null, null, null, null, 95),
  ('writer', 'writer', 'writer (no model)', 'tessera', 'Richer prompts, titles, captions, alt texts and advertisements by grammar from the words given; no language model.', 'text', 0.25, null, null, null, null, 90)
on conflict (id) do nothing;

update plans set allowed_models = allowed_models || array['animator', 'composer', 'speaker', 'writer']
 where not '*' = any (allowed_models);
