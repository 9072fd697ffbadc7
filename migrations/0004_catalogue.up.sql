-- The models people can ask for, what they cost, and what an admin has paused.

create schema catalogue;

create table catalogue.models (
  id            varchar(100) primary key,
  name          varchar(255) not null,
  display_name  varchar(255) not null,
  provider      varchar(100) not null,
  description   text,
  capability    varchar(20) not null check (capability in ('image', 'video', 'text', 'audio')),
  price_tokens  numeric(10, 2) not null check (price_tokens >= 0), -- for one unit: an image of up to 1024 x 1024
  default_width  integer check (default_width between 64 and 8192),
  default_height integer check (default_height between 64 and 8192),
  rank          integer not null default 100,                      -- the lowest that can run is the default
  is_available  boolean not null default true,
  is_deprecated boolean not null default false,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now()
);
create index idx_models_available on catalogue.models (capability, rank) where is_available;

insert into catalogue.models (id, name, display_name, provider, description, capability, price_tokens, default_width, default_height, rank) values
  ('painter', 'painter', 'painter (no GPU)', 'tessera', 'Paints by rules from the words of the prompt, without a GPU or a neural network.', 'image', 1, 1024, 1024, 90),
  ('sdxl', 'sdxl', 'SDXL', 'stability', 'Stable Diffusion XL, a versatile picture model.', 'image', 1, 1024, 1024, 10),
  ('flux-schnell', 'flux-schnell', 'FLUX schnell', 'black-forest-labs', 'FLUX.1 schnell, fast and sharp.', 'image', 1, 1024, 1024, 20),
  ('flux-dev', 'flux-dev', 'FLUX dev', 'black-forest-labs', 'FLUX.1 dev, the most detailed.', 'image', 3, 1024, 1024, 30);

-- subject: 'all', 'capability:image', 'model:sdxl'
create table catalogue.pauses (
  subject   text primary key check (subject = 'all' or subject ~ '^(capability|model):.+$'),
  reason    text,
  paused_by bigint references users (id) on delete set null,
  paused_at timestamptz not null default now()
);
