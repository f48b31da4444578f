//! The network of a run: what is under way to receivers, and how these behave.
//!
//! Words: *flight* = a sending from its hand-out to its end; *mood* = how a receiver behaves.
//! Never: the database, but for the gate that a first byte passes.

use std::time::Duration;

use base::EngineTime;
use delivery::attempt::Attempt;
use delivery::broadcasts::Round;
use delivery::outcome::{Exchange, Outcome};

use super::dice::Dice;
use crate::engine::desk::{accepted, ended, reused};

/// How a receiver behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Well,
    /// Answers 500, or 503 with a wish for peace.
    Refusing,
    /// Takes the request and never answers.
    Hanging,
    /// Cannot be reached.
    Dead,
    /// Takes the request and loses the answer.
    Lying,
    /// Closes kept connections, before or after it took the request.
    Closing,
    /// This server is out of descriptors.
    Short,
    /// Any of these.
    Flapping,
}

/// Moods that may last. Being short of descriptors passes soon, so it comes within flapping only.
const MOODS: [Mood; 9] = [
    Mood::Well,
    Mood::Well,
    Mood::Well,
    Mood::Refusing,
    Mood::Hanging,
    Mood::Dead,
    Mood::Lying,
    Mood::Closing,
    Mood::Flapping,
];

impl Mood {
    /// Any mood that may last; a good one more often.
    pub(super) fn draw(dice: &Dice) -> Self {
        dice.pick(&MOODS).copied().unwrap_or(Self::Well)
    }
}

/// What is on its way.
#[derive(Clone, Debug)]
pub(super) enum Cargo {
    Attempt(Box<Attempt>),
    /// A round with its number, and the message that is next.
    Round(Box<Round>, u64, usize),
}

/// Where a flight is.
#[derive(Clone, Debug)]
pub(super) enum Phase {
    /// Connecting; then its first byte meets the gate.
    Leaving(Box<Script>),
    /// The receiver has it, or never will; then the node hears this.
    Returning(Box<Exchange>),
}

/// What the receiver will do, drawn when the sending starts.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// Whether the request reaches the receiver.
    pub(super) arrives: bool,
    /// How long until the node hears of it.
    pub(super) takes: Duration,
    pub(super) exchange: Exchange,
}

/// A sending on its way.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) key: u64,
    pub(super) node: usize,
    pub(super) cargo: Cargo,
    pub(super) phase: Phase,
    /// When it moves on.
    pub(super) at: EngineTime,
}

/// Draws what a receiver in this mood does.
pub(super) fn script(dice: &Dice, mood: Mood) -> Script {
    let soon = dice.up_to(Duration::from_millis(400));
    let long = Duration::from_secs(10);
    let arriving = |exchange, takes| Script {
        arrives: true,
        takes,
        exchange,
    };
    let missing = |exchange, takes| Script {
        arrives: false,
        takes,
        exchange,
    };
    match mood {
        Mood::Well => arriving(accepted(), soon),
        Mood::Refusing => arriving(refusal(dice), soon),
        Mood::Hanging => arriving(ended(Outcome::TimedOut, None), long),
        Mood::Dead => missing(ended(Outcome::Unreachable, None), dice.up_to(long / 2)),
        Mood::Lying => arriving(ended(Outcome::BadAnswer, None), soon),
        Mood::Closing => Script {
            arrives: dice.one_in(2),
            takes: soon,
            exchange: reused(),
        },
        Mood::Short => missing(
            Exchange {
                error: Some("no file descriptors".into()),
                ..ended(Outcome::Interrupted, None)
            },
            soon,
        ),
        Mood::Flapping => match Mood::draw(dice) {
            Mood::Flapping => script(dice, Mood::Short),
            other => script(dice, other),
        },
    }
}

fn refusal(dice: &Dice) -> Exchange {
    let asked = Duration::from_secs(dice.below(7_200));
    Exchange {
        retry_after: dice.one_in(3).then_some(asked),
        ..ended(Outcome::Refused, Some(503))
    }
}
