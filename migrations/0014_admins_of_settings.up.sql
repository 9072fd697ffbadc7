-- Who is an admin because the settings say so, and no longer is when they do not.

alter table users add column admin_by_settings boolean not null default false;

-- Nothing but the settings could make an admin of a chat account so far.
update users u set admin_by_settings = true from plans p where p.id = u.plan_id and p.tier = 'admin' and u.platform <> 'web';
