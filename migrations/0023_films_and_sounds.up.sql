-- Models of videos and of sound for workers with a GPU: two that diffusers runs, two for servers of ComfyUI. They are
-- in the plans as the pictures' are, and nobody can ask for one before a worker offers it.

insert into catalogue.models (id, name, display_name, provider, description, capability, price_tokens, default_width,
                              default_height, default_seconds, max_seconds, rank) values
  ('ltx', 'ltx', 'LTX Video', 'lightricks', 'LTX Video, quick, from words or from a picture.', 'video', 1, 768, 512, 4, 10, 10),
  ('svd', 'svd', 'Stable Video Diffusion', 'stability', 'Stable Video Diffusion, which moves a given picture.', 'video', 2, 1024, 576, 4, 5, 20),
  ('wan', 'wan', 'Wan', 'alibaba', 'Wan, the most detailed videos.', 'video', 3, 832, 480, 5, 5, 30),
  ('stable-audio', 'stable-audio', 'Stable Audio', 'stability', 'Stable Audio Open, music and sounds from words.', 'audio', 2, null, null, 20, 47, 10)
on conflict (id) do nothing;

update plans set allowed_models = allowed_models || array['ltx', 'stable-audio']
 where 'flux-schnell' = any (allowed_models) and not '*' = any (allowed_models);
update plans set allowed_models = allowed_models || array['svd', 'wan']
 where 'flux-dev' = any (allowed_models) and not '*' = any (allowed_models);
