alter table catalogue.models drop column max_steps;
