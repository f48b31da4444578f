//! Every limit that is no setting; settings are in the settings table.
//!
//! Numbers in brackets are the rows of the table of limits in `docs/settings.md`.
//! Never: a limit that an operator may change.

use std::time::Duration;

/// Beside DNS, connect and answer: what a whole attempt may take longer (L3).
pub const ATTEMPT_SLACK: Duration = Duration::from_secs(2);
/// Addresses of one name that are looked at (L1).
pub const DNS_ADDRESSES_MAX: usize = 16;
/// Headers of a receiver's answer (L4).
pub const ANSWER_HEADERS_MAX: usize = 64;
/// Bytes of the head of a receiver's answer (L4).
pub const ANSWER_HEAD_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a receiver's answer that are read (L5).
pub const ANSWER_BODY_READ_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a receiver's answer that are kept (L5).
pub const ANSWER_BODY_KEPT_BYTES_MAX: usize = 8 * 1024;
/// How long a receiver's answer is read after its head (L5).
pub const ANSWER_BODY_TIME: Duration = Duration::from_secs(2);
/// Informational answers before the final one (L7).
pub const INFORMATIONAL_MAX: usize = 8;
/// Bytes of a payload's body (L9).
pub const PAYLOAD_BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// `Retry-After` is honoured up to this (L14).
pub const RETRY_AFTER_MAX: Duration = Duration::from_hours(1);
/// Bytes of a request's head (L17).
pub const REQUEST_HEAD_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a request's target (L17).
pub const REQUEST_TARGET_BYTES_MAX: usize = 8 * 1024;
/// Headers of a request (L17).
pub const REQUEST_HEADERS_MAX: usize = 64;
/// Nesting of a request's JSON (L19).
pub const JSON_DEPTH_MAX: usize = 32;
/// Elements of an array in a request (L19).
pub const ARRAY_ELEMENTS_MAX: usize = 10_000;
/// Characters of a name or reference (L25).
pub const NAME_CHARS_MAX: usize = 255;
/// Characters of a URL (L25).
pub const URL_CHARS_MAX: usize = 2_048;
/// Characters of other text (L25).
pub const TEXT_CHARS_MAX: usize = 65_535;
/// Minutes of an entry (contract entries.md).
pub const ENTRY_MINUTES_MAX: i64 = 1_440_000;
/// Rows of a page unless the client says otherwise (L28).
pub const PER_PAGE_DEFAULT: i64 = 30;
/// Rows of a page (L28).
pub const PER_PAGE_MAX: i64 = 1_000;
/// Pings that may wait in one webhook's queue (L29).
pub const WAITING_PINGS_MAX: i64 = 100;
/// Attempts of a payload that are kept: the first ones (L30).
pub const ATTEMPTS_KEPT_FIRST: i64 = 10;
/// Attempts of a payload that are kept: the latest ones (L30).
pub const ATTEMPTS_KEPT_LATEST: i64 = 190;
/// Rows that one turn of retention removes (L30).
pub const RETENTION_ROWS_MAX: i64 = 1_000;
/// Payload bytes in flight (L32).
pub const BYTES_IN_FLIGHT_MAX: usize = 64 * 1024 * 1024;
/// File descriptors kept back from clients and receivers (L33).
pub const DESCRIPTORS_RESERVED: u64 = 64;
/// Changes that one commit of SQLite takes (L37).
pub const GROUP_CHANGES_MAX: usize = 256;
/// How long one commit of SQLite gathers changes (L37).
pub const GROUP_TIME: Duration = Duration::from_millis(2);
/// Changes that wait for the writer.
pub const WRITER_QUEUE_MAX: usize = 4_096;
/// How long a statement waits for another process to let go of the database (F5).
pub const BUSY_TIME: Duration = Duration::from_secs(5);
/// How often the highest engine time is written down.
pub const ENGINE_TIME_PERSISTED_EVERY: Duration = Duration::from_secs(10);
/// Bytes of the nonce before a sealed secret (RFC 8439).
pub const NONCE_BYTES: usize = 12;
/// Runs of a change that meets a collision, before it is given up.
pub const RUNS_MAX: usize = 3;

const _: () = assert!(ANSWER_BODY_KEPT_BYTES_MAX <= ANSWER_BODY_READ_BYTES_MAX);
const _: () = assert!(PER_PAGE_DEFAULT <= PER_PAGE_MAX);
const _: () = assert!(PAYLOAD_BODY_BYTES_MAX <= BYTES_IN_FLIGHT_MAX);
