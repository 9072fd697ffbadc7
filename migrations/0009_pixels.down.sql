alter table plans drop column max_pixels;
