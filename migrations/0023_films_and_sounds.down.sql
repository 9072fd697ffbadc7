update plans
   set allowed_models = array(select name from unnest(allowed_models) with ordinality as m (name, at)
                               where name <> all (array['ltx', 'svd', 'wan', 'stable-audio']) order by at);
delete from catalogue.models where id in ('ltx', 'svd', 'wan', 'stable-audio');
