//! Databases that come and go on a cluster of the tests.
//!
//! Never: in the product; a cluster that holds anything else.

use base::{Error, Result};

use super::connect::Options;
use super::migrate;
use super::session::Session;

/// Makes a database with the newest schema and nothing in it, from which others are copied.
/// `cluster` names any other database there.
pub fn create_template(cluster: &Options, template: &Options, name: &str) -> Result<()> {
    let sql = format!("create database {name}");
    on_own_thread(cluster, move |session| session.batch(&sql))?;
    on_own_thread(template, migrate::run)
}

/// Makes a database as a copy of a template.
pub fn create_database(cluster: &Options, name: &str, template: &str) -> Result<()> {
    let sql = format!("create database {name} template {template}");
    on_own_thread(cluster, move |session| session.batch(&sql))
}

/// Removes a database, whoever is still connected to it.
pub fn drop_database(cluster: &Options, name: &str) -> Result<()> {
    let sql = format!("drop database if exists {name} with (force)");
    on_own_thread(cluster, move |session| session.batch(&sql))
}

/// The columns of each statement's answer, as the server prepares it.
pub fn columns(database: &Options, statements: Vec<String>) -> Result<Vec<Vec<String>>> {
    on_own_thread(database, move |session| {
        let each = statements.iter().map(|sql| {
            let prepared = session.prepare(sql);
            let prepared = prepared.map_err(|error| Error::internal(format!("{error}: {sql}")))?;
            let columns = prepared.columns().iter();
            Ok(columns.map(|column| column.name().to_owned()).collect())
        });
        each.collect()
    })
}

/// Asks for the plan of a statement as the server would run it for any parameters, line by line.
pub fn plan(database: &Options, sql: &str) -> Result<Vec<String>> {
    let sql = crate::dialect::postgres(sql);
    on_own_thread(database, move |session| {
        // Small tables are read whole whatever their indexes; the question is what is possible.
        session.batch("set enable_seqscan = off; set plan_cache_mode = force_generic_plan")?;
        session.batch(&format!("prepare asked as {sql}"))?;
        let count = (1..=64).take_while(|number| sql.contains(&format!("${number}")));
        let nulls = vec!["null"; count.count()].join(", ");
        let call = if nulls.is_empty() {
            String::new()
        } else {
            format!("({nulls})")
        };
        let rows = session.rows(&format!("explain execute asked{call}"), &[])?;
        rows.iter().map(|row| row.at(0)).collect()
    })
}

/// The client waits by itself, which an async caller must not.
fn on_own_thread<T: Send + 'static>(
    options: &Options,
    work: impl FnOnce(&Session) -> Result<T> + Send + 'static,
) -> Result<T> {
    let options = options.clone();
    let done = std::thread::spawn(move || work(&options.session()?));
    done.join()
        .map_err(|_| Error::internal("the database was not reached"))?
}
