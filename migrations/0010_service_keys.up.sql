-- Service keys per bot, with scopes and an end; several of a name may be valid while one takes over from the other.

alter table service_keys
  drop constraint service_keys_pkey,
  add column id         bigint generated always as identity primary key,
  add column bot_id     varchar(50),                                       -- the only bot it speaks for; null: any
  add column scopes     text[] not null default '{act,deliver,admin}' check (scopes <@ array['act', 'deliver', 'admin']),
  add column expires_at timestamptz;

create index idx_service_keys_name on service_keys (name);
