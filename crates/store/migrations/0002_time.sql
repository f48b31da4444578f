-- Projects, timers, entries, tags.

create table projects (
  id {id},
  account_id {int} not null references accounts (id),
  name {text_c} not null,
  name_folded {text_c} not null,
  description {text_c},
  billing_increment {int} not null,
  enabled {int} not null,
  billable {int} not null,
  color {text_c} not null,
  budgeted_minutes {int},
  created_at {int} not null,
  updated_at {int} not null
) {strict};
create unique index projects_by_name on projects (account_id, name_folded);

-- Which projects a contractor may see; other roles see all.
create table project_access (
  account_id {int} not null,
  user_id {int} not null references users (id),
  project_id {int} not null references projects (id),
  primary key (user_id, project_id)
) {strict};
create index project_access_of_project on project_access (project_id);

create table timers (
  id {id},
  account_id {int} not null,
  user_id {int} not null references users (id),
  project_id {int} not null references projects (id),
  state {text_c} not null,
  collected {int} not null,
  running_since {int},
  date {text_c} not null,
  description {text_c} not null,
  description_folded {text_c} not null,
  changed_at {int} not null,
  created_at {int} not null
) {strict};
create unique index timers_one_per_project on timers (user_id, project_id);
create unique index timers_one_running on timers (user_id) where state = 'running';
create index timers_of_project on timers (project_id);

create table entries (
  id {id},
  account_id {int} not null,
  user_id {int} not null references users (id),
  project_id {int} references projects (id),
  date {text_c} not null,
  minutes {int} not null,
  description {text_c} not null,
  description_folded {text_c} not null,
  billable {int} not null,
  source_url {text_c},
  invoiced_at {int},
  approved_at {int},
  approved_by {int} references users (id),
  created_at {int} not null,
  updated_at {int} not null
) {strict};
create index entries_newest on entries (account_id, date desc, created_at desc, id desc);
create index entries_of_user on entries (user_id, date desc, created_at desc, id desc);
create index entries_of_project on entries (project_id, date desc, created_at desc, id desc);
-- Totals of a project without reading its entries.
create index entries_totals on entries (project_id, billable, invoiced_at, minutes, user_id);
create index entries_latest on entries (project_id, created_at);

create table tags (
  id {id},
  account_id {int} not null references accounts (id),
  name {text_c} not null,
  name_folded {text_c} not null,
  billable {int} not null,
  created_at {int} not null,
  updated_at {int} not null
) {strict};
create unique index tags_by_name on tags (account_id, name_folded, billable);

create table entry_tags (
  account_id {int} not null,
  entry_id {int} not null references entries (id),
  tag_id {int} not null references tags (id),
  position {int} not null,
  primary key (entry_id, tag_id)
) {strict};
create index entry_tags_of_tag on entry_tags (tag_id, entry_id);
