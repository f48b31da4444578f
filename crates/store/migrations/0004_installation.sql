-- The installation itself. `paused_at`: restored from a backup and not yet resumed; the engine of
-- a paused installation sends nothing.

create table installation (paused_at {int}) {strict};
insert into installation (paused_at) values (null);
