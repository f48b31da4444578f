//! What the demo says at its start: what there is, and what to try.
//!
//! Never: a line that cannot be copied and run.

use base::clock::{Clock, SystemClock};
use serde_json::json;

use super::kept::Kept;
use super::sample::{ACCOUNT, Made, OWNER, PROJECTS, RECEIVER, WEBHOOK};
use crate::commands::Terminal;
use crate::commands::version::VERSION;
use crate::config::Config;
use crate::failed::Result;

/// Prints it; as JSON one object.
pub(super) fn print(
    config: &Config,
    (public_url, kept): (&str, &Kept),
    made: &Made,
    terminal: Terminal,
) -> Result<()> {
    let database = config.file().expect("the data of a demo is in a file");
    let database = database.display().to_string();
    let token = &kept.token;
    let object = json!({
        "version": VERSION,
        "url": public_url,
        "api": format!("{public_url}/v2"),
        "database": database,
        "account": ACCOUNT,
        "email": OWNER,
        "token": token,
        "password": kept.password,
        "project_id": made.project,
        "webhook_id": made.webhook,
        "broadcast_receiver_id": made.receiver,
        "payload_uris": made.urls,
    });
    let [webhook_url, receiver_url] = &made.urls;
    let [atlas, beacon] = PROJECTS;
    let sign_in = match kept.password.as_str() {
        "" => format!("sign in as {OWNER}; `carillon users set-password` makes a password"),
        password => format!("{OWNER} / {password}"),
    };
    let text = format!(
        "Carillon {VERSION} · SQLite at ./{database} (kept; --fresh starts anew)\n\
         \n\
         \x20 Web app   {public_url}   {sign_in}\n\
         \x20 API       {public_url}/v2   token {token}\n\
         \x20 Account   \"{ACCOUNT}\" of {OWNER}, with the projects {atlas} and {beacon}\n\
         \x20 Webhook   \"{WEBHOOK}\", all events → {webhook_url}\n\
         \x20 Receiver  \"{RECEIVER}\", timers       → {receiver_url}\n\
         \n\
         {}\n\
         \n\
         What arrives, verified (Ctrl-C ends the demo):",
        to_try(config, (public_url, token), made.project)
    );
    terminal.data(text, &object)
}

fn to_try(config: &Config, (public_url, token): (&str, &str), project: i64) -> String {
    let today = SystemClock.wall().date_at(0);
    let interval = config.duration("broadcasts.interval").as_secs_f64();
    let project_name = PROJECTS[0];
    format!(
        "Try it: this makes an entry, and the webhook fires.\n\
         \x20 curl -H 'X-NokoToken: {token}' {public_url}/v2/entries \\\n\
         \x20      -d '{{\"date\":\"{today}\",\"minutes\":30,\"description\":\"Hello #carillon\",\
         \"project_name\":\"{project_name}\"}}'\n\
         \n\
         This starts a timer; {interval} s after a first change its newest state is broadcast, once.\n\
         \x20 curl -X PUT -H 'X-NokoToken: {token}' {public_url}/v2/projects/{project}/timer/start\n\
         \x20 curl -X PUT -H 'X-NokoToken: {token}' {public_url}/v2/projects/{project}/timer/pause"
    )
}
