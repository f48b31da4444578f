//! Every hostile kind of the zoo, once, in parallel.
//!
//! Never: assertions on time; that it ends is the promise.

use tokio::task::JoinSet;
use zoo::hostile::KINDS;

use super::{courier, keeping, open_door, outgoing, settings};

#[tokio::test]
async fn every_hostile_receiver_ends_with_its_outcome() {
    let courier = courier(settings());
    let mut attempts = JoinSet::new();
    for kind in KINDS.iter().copied().flatten().copied() {
        let courier = courier.clone();
        attempts.spawn(async move {
            let receiver = kind.start().await;
            let once = courier.send(outgoing(&receiver.url()), open_door()).await;
            let kept = courier.send(keeping(&receiver.url()), open_door()).await;
            (kind, [once, kept])
        });
    }

    let mut wrong = Vec::new();
    while let Some(ended) = attempts.join_next().await {
        let (kind, exchanges) = ended.expect("the courier never panics");
        for exchange in exchanges {
            let (outcome, error) = (exchange.outcome.word(), exchange.error);
            if !kind.outcomes.contains(&outcome) {
                wrong.push(format!(
                    "{}: {outcome} instead of {:?} ({error:?})",
                    kind.name, kind.outcomes
                ));
            }
            assert_eq!(error.is_none(), outcome == "accepted", "{}", kind.name);
            if let Some(answer) = exchange.answer {
                assert!(answer.body.len() <= 8 * 1024 && answer.body_bytes <= 64 * 1024);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_zoo_has_many_kinds_and_no_name_twice() {
    let mut names: Vec<_> = KINDS
        .iter()
        .copied()
        .flatten()
        .map(|kind| kind.name)
        .collect();
    names.sort_unstable();
    names.dedup();
    let count: usize = KINDS.iter().map(|table| table.len()).sum();
    assert_eq!(names.len(), count);
    assert!(count >= 60, "{count}");
}
