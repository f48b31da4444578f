//! `carillon verify`: is this delivery signed with this secret, and if not, why?
//!
//! Never: a secret as an argument; it is read from a file.

use std::io::Read;
use std::path::PathBuf;

use serde_json::json;

use super::Terminal;
use crate::failed::{Code, Failed, Result};
use crate::verification::{self, Headers, Mismatch};

/// A delivery and the secret it may be signed with.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// File that holds the secret, as shown when it was made, or in its whsec_ form
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// A header of the delivery, as in "X-Noko-Signature: 6d22…"; repeat it for more
    #[arg(long = "header", value_name = "HEADER", required = true)]
    headers: Vec<String>,
    /// File with the exact bytes of the body; standard input if left out or -
    body: Option<PathBuf>,
}

/// Says which signatures match; exit code 6 and the reason if one does not.
pub(crate) fn run(arguments: &Arguments, terminal: Terminal) -> Result<()> {
    let headers = arguments
        .headers
        .iter()
        .map(|line| split(line))
        .collect::<Result<_>>()?;
    let path = &arguments.secret_file;
    let secret = std::fs::read_to_string(path)
        .map_err(|cause| Failed::usage(format!("{} cannot be read: {cause}.", path.display())))?;
    let key = verification::key_of(secret.trim());
    if key.is_empty() {
        return Err(Failed::usage(format!(
            "{} holds no secret.",
            path.display()
        )));
    }
    let body = read_body(arguments.body.as_ref())?;
    let matching = verification::check(&key, &Headers(headers), &body).map_err(|mismatch| {
        let code = match mismatch {
            Mismatch::Unsigned | Mismatch::Missing(_) => Code::Usage,
            Mismatch::Malformed(..) | Mismatch::Different(_) | Mismatch::FinalNewline(_) => {
                Code::Mismatch
            }
        };
        Failed::new(code, mismatch.sentence())
    })?;
    let words = format!("The signature matches: {}.", matching.join(", "));
    terminal.data(words, &json!({ "matches": true, "headers": matching }))
}

fn split(line: &str) -> Result<(String, String)> {
    let (name, value) = line.split_once(':').ok_or_else(|| {
        Failed::usage(format!(
            "\"{line}\" is not a header: write it as \"Name: value\"."
        ))
    })?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn read_body(path: Option<&PathBuf>) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    match path.filter(|path| path.as_os_str() != "-") {
        None => std::io::stdin().lock().read_to_end(&mut body).map(|_| ()),
        Some(path) => std::fs::File::open(path)
            .and_then(|mut file| file.read_to_end(&mut body))
            .map(|_| ()),
    }
    .map_err(|cause| Failed::usage(format!("The body cannot be read: {cause}.")))?;
    Ok(body)
}
