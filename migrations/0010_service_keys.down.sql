delete from service_keys k using service_keys newer where newer.name = k.name and newer.id > k.id;
drop index idx_service_keys_name;
alter table service_keys drop column id, drop column bot_id, drop column scopes, drop column expires_at;
alter table service_keys add primary key (name);
