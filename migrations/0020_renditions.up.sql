-- Beside the original of an artifact: a smaller file for screens and for chats that do not take it, and a blur in letters.

alter table artifacts
  add column web_path       varchar(500),                             -- null: the original serves as it
  add column web_width      integer,
  add column web_height     integer,
  add column web_size_bytes bigint,
  add column blurhash       varchar(100),
  add check (web_path is null or (web_width > 0 and web_height > 0 and web_size_bytes >= 0));
