-- Who is signed in to the pages. A changed password ends its sessions: its hash is part of them.

create table sessions (
  digest {text_c} not null primary key,
  account_id {int} not null references accounts (id),
  user_id {int} not null references users (id) on delete cascade,
  password_digest {text_c} not null,
  created_at {int} not null,
  seen_at {int} not null
) {strict};
create index sessions_of_user on sessions (user_id);
create index sessions_by_age on sessions (created_at);
