//! Markdown, as far as the guides use it: fenced blocks, headings, prose.
//!
//! Words: info (the text behind the fence: a language, a space, what the block is for).
//! Never: what a block means.

/// A fenced block.
pub(super) struct Block<'a> {
    pub(super) info: &'a str,
    pub(super) text: String,
}

impl Block<'_> {
    /// The first word of the info.
    pub(super) fn language(&self) -> &str {
        self.info.split(' ').next().unwrap_or_default()
    }
}

/// All fenced blocks of a guide, in order.
pub(super) fn blocks(guide: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let inside = lines.by_ref().take_while(|line| *line != "```");
        let text = inside.flat_map(|line| [line, "\n"]).collect();
        found.push(Block { info, text });
    }
    found
}

/// The only block with this info.
pub(super) fn one<'a>(guide: &'a str, info: &str) -> Block<'a> {
    let mut found: Vec<Block> = blocks(guide)
        .into_iter()
        .filter(|b| b.info == info)
        .collect();
    assert_eq!(found.len(), 1, "the guide has one block ```{info}");
    found.remove(0)
}

/// What stands outside the blocks.
pub(super) fn prose(guide: &str) -> String {
    let outside = guide.split("```").step_by(2);
    outside.collect()
}

/// The anchors of a guide's headings, made as code hosts make them.
pub(super) fn anchors(guide: &str) -> Vec<String> {
    let prose = prose(guide);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| anchor(line.trim_start_matches(['#', ' '])))
        .collect()
}

fn anchor(heading: &str) -> String {
    let lower = heading.to_lowercase();
    let kept = lower
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
