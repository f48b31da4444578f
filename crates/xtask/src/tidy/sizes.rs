//! How long files and functions are, and how deep functions go. Parameters are clippy's.
//!
//! Never: a file or function that may be longer than others.

use crate::tidy::Complaint;
use crate::tidy::functions::functions;
use crate::tidy::source::Source;

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 60;
const NESTING_MAX: usize = 3;

/// Complains about what is too long or too deep.
pub(crate) fn check(source: &Source) -> Vec<Complaint> {
    let mut found = Vec::new();
    let file_lines = source.lines.len();
    if file_lines > FILE_LINES_MAX {
        let sentence = format!(
            "{file_lines} lines, at most {FILE_LINES_MAX}: split it by capability, not into parts"
        );
        found.push(Complaint::at(&source.path, 0, sentence));
    }
    for function in functions(source) {
        let lines = function.last - function.first + 1;
        let name = &function.name;
        if lines > FUNCTION_LINES_MAX {
            let sentence = format!("{name} has {lines} lines, at most {FUNCTION_LINES_MAX}");
            found.push(Complaint::at(&source.path, function.first, sentence));
        }
        if function.nesting > NESTING_MAX {
            let sentence = format!(
                "{name} nests {} blocks, at most {NESTING_MAX}: return early or name a part of it",
                function.nesting
            );
            found.push(Complaint::at(&source.path, function.first, sentence));
        }
    }
    found
}
