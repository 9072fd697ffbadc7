alter table artifacts
  drop column web_path, drop column web_width, drop column web_height, drop column web_size_bytes, drop column blurhash;
