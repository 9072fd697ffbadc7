alter table users drop column admin_by_settings;
