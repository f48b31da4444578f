-- Webhooks and broadcast receivers, what waits for them and what happened to it.

create table webhooks (
  id {id},
  account_id {int} not null references accounts (id),
  creator_id {int} not null references users (id),
  name {text_c} not null,
  name_folded {text_c} not null,
  payload_uri {text_c} not null,
  events {text_c} not null,
  sealed_secret {bytes} not null,
  key_id {text_c} not null,
  secret_created_at {int} not null,
  stopped_reason {text_c},
  changed_by {int},
  condition_since {int} not null,
  created_at {int} not null
) {strict};
create index webhooks_newest on webhooks (account_id, created_at desc, id desc);
create index webhooks_of_creator on webhooks (creator_id);

create table subscriptions (
  account_id {int} not null,
  name {text_c} not null,
  webhook_id {int} not null,
  primary key (account_id, name, webhook_id)
) {strict};
create index subscriptions_of_webhook on subscriptions (webhook_id);

-- The queue state of one webhook. `due_at`: the earliest moment at which anyone may touch it.
create table lanes (
  webhook_id {int} not null primary key,
  account_id {int} not null,
  owner_id {int} not null,
  host {text_c} not null,
  state {text_c} not null,
  due_at {int},
  planned_at {int},
  head {int} not null,
  next_seq {int} not null,
  step {int} not null,
  attempts {int} not null,
  failing {int} not null,
  window_from {int},
  trigger {text_c} not null,
  started_seq {int},
  started_at {int},
  lease_until {int},
  node {text_c},
  epoch {int} not null,
  was_reused {int} not null
) {strict};
create index lanes_due on lanes (failing, due_at) where due_at is not null;
create index lanes_of_owner on lanes (owner_id);

create table events (
  id {id},
  account_id {int} not null,
  type {text_c} not null,
  created_at {int} not null,
  subject_id {int} not null,
  subject_url {text_c},
  changes {text_c} not null,
  changes_limited {text_c},
  object {text_c} not null,
  object_limited {text_c},
  checksum {bytes} not null,
  checksum_limited {bytes}
) {strict};
create index events_by_age on events (created_at);

create table payloads (
  account_id {int} not null,
  webhook_id {int} not null,
  seq {int} not null,
  id {text_c} not null unique,
  event_id {int},
  type {text_c} not null,
  view {text_c} not null,
  webhook_name {text_c} not null,
  state {text_c} not null,
  created_at {int} not null,
  queued_at {int} not null,
  first_attempt_at {int},
  last_attempt_at {int},
  delivered_at {int},
  attempts_count {int} not null,
  last_outcome {text_c},
  last_status {int},
  skipped_at {int},
  skipped_by {int},
  skip_reason {text_c},
  redelivery_of {text_c},
  ended_at {int},
  primary key (webhook_id, seq)
) {strict};
create index payloads_of_event on payloads (event_id);
create index payloads_ended on payloads (ended_at) where ended_at is not null;

create table attempts (
  account_id {int} not null,
  webhook_id {int} not null,
  seq {int} not null,
  number {int} not null,
  trigger {text_c} not null,
  started_at {int} not null,
  outcome {text_c} not null,
  status {int},
  error {text_c},
  payload_uri {text_c} not null,
  address {text_c},
  tls_version {text_c},
  timings {text_c} not null,
  signature {text_c},
  answer {text_c},
  retry_after_s {int},
  retry_at {int},
  primary key (webhook_id, seq, number)
) {strict};

create table webhook_history (
  account_id {int} not null,
  webhook_id {int} not null,
  id {id},
  at {int} not null,
  by {int},
  what {text_c} not null,
  before {text_c},
  after {text_c}
) {strict};
create index webhook_history_of_webhook on webhook_history (webhook_id, id);

create table webhook_hours (
  account_id {int} not null,
  webhook_id {int} not null,
  hour {int} not null,
  delivered {int} not null,
  failed {int} not null,
  primary key (webhook_id, hour)
) {strict};

create table broadcast_receivers (
  id {id},
  account_id {int} not null references accounts (id),
  creator_id {int} not null references users (id),
  name {text_c} not null,
  name_folded {text_c} not null,
  payload_uri {text_c} not null,
  subjects {text_c} not null,
  state {text_c} not null,
  sealed_secret {bytes} not null,
  key_id {text_c} not null,
  round_at {int},
  last_round_at {int},
  last_round_wall {int},
  round_until {int},
  node {text_c},
  ping_at {int},
  changes_collected {int} not null,
  messages_sent {int} not null,
  created_at {int} not null
) {strict};
create index broadcast_receivers_newest on broadcast_receivers (account_id, created_at desc, id desc);
create index broadcast_receivers_of_creator on broadcast_receivers (creator_id);
create index broadcast_receivers_due on broadcast_receivers (round_at) where round_at is not null;
create index broadcast_receivers_pinged on broadcast_receivers (ping_at) where ping_at is not null;

-- What last happened to a subject, not yet sent.
create table marks (
  account_id {int} not null,
  receiver_id {int} not null,
  subject {text_c} not null,
  subject_key {int} not null,
  url {text_c} not null,
  last_event {text_c} not null,
  changed_at {int} not null,
  changed_wall {int} not null,
  changes_count {int} not null,
  primary key (receiver_id, subject, subject_key)
) {strict};
