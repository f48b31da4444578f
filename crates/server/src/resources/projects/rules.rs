//! What a project may be, and what may be done to it. Contract: projects.md.
//!
//! Never: storage, HTTP, the clock.

use base::{Error, Id, Kind, Problem, Result, Role, WallTime};

use super::{Defaults, Draft, Edit, Project, Totals};
use crate::resources::changes::Change;

/// Minutes to whose multiples entries may be rounded up.
pub const BILLING_INCREMENTS: [i64; 8] = [1, 5, 6, 10, 15, 20, 30, 60];

/// The colours of projects that were made without one, in turn.
const PALETTE: [&str; 12] = [
    "#2b7a78", "#c8553d", "#4f6d9a", "#b8860b", "#7d4e8c", "#3f7d3a", "#b23a6b", "#3a7ca5",
    "#8a5a2b", "#5b5ea6", "#6b7f2a", "#a4343a",
];

/// Whether entries can be rounded up to multiples of this many minutes.
pub fn is_increment(minutes: i64) -> bool {
    BILLING_INCREMENTS.contains(&minutes)
}

/// A colour as it is kept, `#rrggbb` in lower case; none if it is no colour.
///
/// Three or six hexadecimal digits, with or without `#` in front.
pub fn color(text: &str) -> Option<String> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let digits = digits.to_ascii_lowercase();
    match digits.len() {
        3 => {
            let doubled = digits.chars().flat_map(|digit| [digit, digit]);
            Some(std::iter::once('#').chain(doubled).collect())
        }
        6 => Some(format!("#{digits}")),
        _ => None,
    }
}

/// The colour of a project that is made beside this many others.
pub fn next_color(projects: i64) -> &'static str {
    let turn = usize::try_from(projects).unwrap_or(0) % PALETTE.len();
    PALETTE[turn]
}

/// `Forbidden` unless it is a leader's or supervisor's to change projects
/// (authentication.md §5).
pub fn require_leader(role: Role) -> Result<()> {
    if role.is_at_least(Role::Leader) {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "A {} may not change projects; it takes a leader at least.",
        role.word()
    )))
}

/// `reached_project_limit` on `base` if the account may have no more than these.
pub fn require_room(projects: i64, limit: Option<i64>) -> Result<()> {
    match limit {
        Some(limit) if projects >= limit => Err(Error::conflict(
            Kind::Project,
            "reached_project_limit",
            format!("This account may have {limit} projects, and has them. Delete one first."),
        )),
        _ => Ok(()),
    }
}

/// What a draft becomes beside this many other projects. It has no id yet: storage numbers it.
pub fn create(draft: Draft, defaults: Defaults, projects: i64, now: WallTime) -> Project {
    Project {
        id: Id::new(0),
        name: draft.name,
        description: draft.description,
        billing_increment: draft
            .billing_increment
            .unwrap_or(defaults.billing_increment),
        enabled: true,
        billable: draft.billable.unwrap_or(true),
        color: draft
            .color
            .unwrap_or_else(|| next_color(projects).to_owned()),
        budgeted_minutes: draft.budgeted_minutes,
        created_at: now,
        updated_at: now,
    }
}

/// Applies an edit. `archived_project` if it is archived. A new increment touches no entry.
pub fn edit(project: &Project, edit: Edit) -> Result<Change<Project>> {
    project.require_enabled(Kind::Project)?;
    let kept = project.clone();
    let edited = Project {
        name: edit.name.unwrap_or(kept.name),
        billable: edit.billable.unwrap_or(kept.billable),
        billing_increment: edit.billing_increment.unwrap_or(kept.billing_increment),
        color: edit.color.unwrap_or(kept.color),
        description: edit.description.unwrap_or(kept.description),
        budgeted_minutes: edit.budgeted_minutes.unwrap_or(kept.budgeted_minutes),
        ..kept
    };
    Ok(if edited == *project {
        Change::None(edited)
    } else {
        Change::Made(edited)
    })
}

/// Archives it; an archived one stays as it is. `deletable` if nothing depends on it.
pub fn archive(project: &Project, totals: &Totals) -> Result<Change<Project>> {
    if project.enabled && totals.entries == 0 {
        let sentence = format!("The project {} has no entries. Delete it.", project.name);
        return Err(Error::conflict(Kind::Project, "deletable", sentence));
    }
    Ok(set_enabled(project, false))
}

/// Brings it back; one that is not archived stays as it is.
pub fn unarchive(project: &Project) -> Change<Project> {
    set_enabled(project, true)
}

/// Whether the project `source` may become part of `target`: `invalid` on `project_id` if they are
/// the same, `archived_project` on `base` if one of them is.
pub fn merge(target: &Project, source: &Project) -> Result<()> {
    if target.id == source.id {
        return Err(Error::invalid(Kind::Project, "project_id", "invalid"));
    }
    target.require_enabled(Kind::Project)?;
    source.require_enabled(Kind::Project)
}

/// Whether it may go: `archived_project` and `not_deletable` on `base`, all that apply.
pub fn delete(project: &Project, totals: &Totals) -> Result<()> {
    let reasons = [
        (!project.enabled, "archived_project", "is archived"),
        (totals.entries > 0, "not_deletable", "has entries"),
    ];
    let reasons = reasons.into_iter().filter(|(applies, ..)| *applies);
    let (codes, words): (Vec<_>, Vec<_>) = reasons.map(|(_, code, words)| (code, words)).unzip();
    if codes.is_empty() {
        return Ok(());
    }
    let problem = |code| Problem::new(Kind::Project, "base", code);
    Err(Error::Conflict {
        sentence: format!(
            "The project {} {}, so it cannot be deleted.",
            project.name,
            words.join(" and ")
        ),
        problems: codes.into_iter().map(problem).collect(),
    })
}

fn set_enabled(project: &Project, enabled: bool) -> Change<Project> {
    let changed = project.enabled != enabled;
    let project = Project {
        enabled,
        ..project.clone()
    };
    if changed {
        Change::Made(project)
    } else {
        Change::None(project)
    }
}
