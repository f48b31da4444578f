-- Accounts, their people, and the people's credentials.

create table keys (
  id {text_c} not null primary key,
  sealed_check {bytes} not null
) {strict};

create table engine_time (value {int} not null) {strict};
insert into engine_time (value) values (0);

create table nodes (
  id {text_c} not null primary key,
  seen_at {int} not null,
  version {text_c} not null
) {strict};

create table accounts (
  id {id},
  name {text_c} not null,
  name_folded {text_c} not null unique,
  owner_id {int},
  created_at {int} not null,
  updated_at {int} not null
) {strict};

create table users (
  id {id},
  account_id {int} not null references accounts (id),
  email {text_c} not null,
  email_folded {text_c} not null unique,
  first_name {text_c} not null,
  last_name {text_c} not null,
  name_folded {text_c} not null,
  role {text_c} not null,
  state {text_c} not null,
  password_hash {text_c},
  time_format {text_c} not null,
  week_start {text_c} not null,
  utc_offset {int} not null,
  send_personal_weekly_report {int} not null,
  send_team_weekly_report {int} not null,
  created_at {int} not null,
  updated_at {int} not null
) {strict};
create index users_of_account on users (account_id, id);

create table tokens (
  id {id},
  account_id {int} not null references accounts (id),
  user_id {int} not null references users (id),
  name {text_c} not null,
  digest {text_c} not null unique,
  created_at {int} not null
) {strict};
create index tokens_of_user on tokens (user_id, id);
