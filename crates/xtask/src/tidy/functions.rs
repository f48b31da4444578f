//! Where functions begin and end, and how deep their control flow goes.
//!
//! Words: *header* = the code between the last brace or semicolon and an opening brace.
//! Never: more than braces and key words; a brace that a macro hides is not seen.

use crate::tidy::source::Source;

const CONTROL: &[&str] = &["if", "else", "for", "while", "loop", "match"];

/// One function with a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The index of the line with its name.
    pub(crate) first: usize,
    /// The index of the line with its closing brace.
    pub(crate) last: usize,
    /// The most blocks of `if`, `else`, `for`, `while`, `loop`, `match` inside each other.
    pub(crate) nesting: usize,
}

enum Bracket {
    /// A body, as its place in the list of functions.
    Function(usize),
    Control,
    Block,
    /// Round and square ones: a semicolon inside ends nothing.
    Inline,
}

#[derive(Default)]
struct Reader {
    open: Vec<Bracket>,
    header: String,
    /// The line on which the header's last `fn` stands.
    named_at: usize,
    found: Vec<Function>,
}

/// All functions of a file, outer ones before those inside them.
pub(crate) fn functions(source: &Source) -> Vec<Function> {
    let mut reader = Reader::default();
    for (number, line) in source.lines.iter().enumerate() {
        if function_name(&line.code).is_some() {
            reader.named_at = number;
        }
        for character in line.code.chars() {
            reader.take(character, number);
        }
        reader.header.push(' ');
    }
    reader.found
}

impl Reader {
    fn take(&mut self, character: char, line: usize) {
        match character {
            '(' | '[' => self.open.push(Bracket::Inline),
            ')' | ']' => drop(self.open.pop()),
            '{' => self.open_block(line),
            '}' => self.close_block(line),
            ';' if !matches!(self.open.last(), Some(Bracket::Inline)) => self.header.clear(),
            _ => {}
        }
        if !matches!(character, '{' | '}' | ';') {
            self.header.push(character);
        }
    }

    fn open_block(&mut self, line: usize) {
        let header = std::mem::take(&mut self.header);
        if let Some(name) = function_name(&header) {
            let name = name.to_owned();
            self.open.push(Bracket::Function(self.found.len()));
            let first = self.named_at;
            self.found.push(Function {
                name,
                first,
                last: line,
                nesting: 0,
            });
        } else if is_control(&header) {
            self.open.push(Bracket::Control);
            self.deepen();
        } else {
            self.open.push(Bracket::Block);
        }
    }

    fn close_block(&mut self, line: usize) {
        self.header.clear();
        if let Some(Bracket::Function(number)) = self.open.pop() {
            self.found[number].last = line;
        }
    }

    /// Counts the control blocks that are open in the innermost function.
    fn deepen(&mut self) {
        let mut depth = 0;
        for bracket in self.open.iter().rev() {
            match bracket {
                Bracket::Control => depth += 1,
                Bracket::Block | Bracket::Inline => {}
                Bracket::Function(number) => {
                    let function = &mut self.found[*number];
                    function.nesting = function.nesting.max(depth);
                    return;
                }
            }
        }
    }
}

/// The name after the last `fn`; a type like `fn(u8)` has none.
fn function_name(header: &str) -> Option<&str> {
    let is_word = |at: &usize| !header[..*at].ends_with(|last: char| last.is_alphanumeric());
    let (at, _) = header.rmatch_indices("fn ").find(|(at, _)| is_word(at))?;
    words(&header[at + "fn ".len()..]).next()
}

/// Whether the block belongs to a key word; what stands before `=>` is a pattern and its guard.
fn is_control(header: &str) -> bool {
    let header = header.rsplit("=>").next().unwrap_or(header);
    words(header).any(|word| CONTROL.contains(&word))
}

/// The words of code, in order.
pub(crate) fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
}
