update plans
   set allowed_models = array(select name from unnest(allowed_models) with ordinality as m (name, at)
                               where name not in ('animator', 'composer', 'speaker', 'writer') order by at);
delete from catalogue.models where id in ('animator', 'composer', 'speaker', 'writer');
alter table catalogue.models drop column default_seconds, drop column max_seconds;
