-- How long a language model's answer may be, and the one that a worker with an OpenAI-compatible server offers.

alter table catalogue.models add column max_tokens integer check (max_tokens between 1 and 100000); -- null: no language model

insert into catalogue.models (id, name, display_name, provider, description, capability, price_tokens, max_tokens, rank) values
  ('chat', 'chat', 'chat', 'self-hosted', 'Answers questions: a language model behind a server of your own.', 'text', 0.5, 1000, 95)
on conflict (id) do nothing;

update plans set allowed_models = allowed_models || array['chat']
 where not '*' = any (allowed_models);
