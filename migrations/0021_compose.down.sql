update plans
   set allowed_models = array(select name from unnest(allowed_models) with ordinality as m (name, at)
                               where name <> 'compose' order by at);
delete from catalogue.models where id = 'compose';
