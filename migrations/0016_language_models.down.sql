update plans
   set allowed_models = array(select name from unnest(allowed_models) with ordinality as m (name, at)
                               where name <> 'chat' order by at);
delete from catalogue.models where id = 'chat';
alter table catalogue.models drop column max_tokens;
