//! Nobody's receiver starves another's: limits L10 and L11, fault F16, threat T10.
//!
//! Never: the caps' own arithmetic, which is tested beside them.

use delivery::Settings;

use super::desk::{Desk, accepted, refused};
use super::house::{House, seconds};

fn with_caps(attempts_max: usize, per_host_max: usize) -> House {
    let mut settings = Settings::default();
    settings.caps.attempts_max = attempts_max;
    settings.caps.per_host_max = per_host_max;
    House::with(settings, 7)
}

#[test]
fn a_host_gets_its_cap_and_the_next_lane_its_place_when_one_is_free() {
    let house = with_caps(512, 2);
    for _ in 0..5 {
        house.webhook("busy.example.test");
    }
    let mut desk = Desk::new(&house, "a");
    desk.turn(&house);
    assert_eq!(desk.attempts.len(), 2);
    let mut delivered = 0;
    while !desk.attempts.is_empty() {
        desk.end(accepted());
        delivered += 1;
        desk.turn(&house);
        assert!(desk.attempts.len() <= 2);
    }
    assert_eq!(delivered, 5, "all get their turn without another wake-up");
}

#[test]
fn many_lanes_of_full_hosts_do_not_hide_one_of_a_free_host() {
    let house = with_caps(512, 1);
    for host in 0..5 {
        for _ in 0..64 {
            house.webhook(&format!("hang{host}.example.test"));
        }
    }
    let mut desk = Desk::new(&house, "a");
    desk.turn(&house);
    assert_eq!(desk.attempts.len(), 5, "all that their hosts allow");
    let well = house.webhook("well.example.test").number();
    desk.turn(&house);
    assert_eq!(desk.attempts.last().map(|it| it.webhook), Some(well));
}

#[test]
fn failing_lanes_use_at_most_half_of_the_places() {
    let house = with_caps(4, 8);
    for number in 0..8 {
        house.webhook(&format!("dead{number}.example.test"));
    }
    let mut desk = Desk::new(&house, "a");
    desk.settle_down(&house, &mut |_| refused());
    house.clock.advance(seconds(60));
    desk.turn(&house);
    assert_eq!(desk.attempts.len(), 2, "half of four");

    let well = house.webhook("well.example.test").number();
    desk.turn(&house);
    assert_eq!(desk.attempts[2].webhook, well);
}

#[test]
fn first_attempts_go_before_retries_when_both_are_due() {
    let house = House::new();
    let dead = house.webhook("dead.example.test").number();
    let mut desk = Desk::new(&house, "a");
    desk.settle_down(&house, &mut |_| refused());
    house.clock.advance(seconds(60));
    let fresh = house.webhook("fresh.example.test").number();
    desk.turn(&house);
    let order: Vec<i64> = desk.attempts.iter().map(|it| it.webhook).collect();
    assert_eq!(order, [fresh, dead]);
}

#[test]
fn a_host_that_is_called_too_often_is_called_again_as_soon_as_it_may_be() {
    let mut settings = Settings::default();
    settings.caps.per_host_rate = 2;
    let house = House::with(settings, 7);
    house.webhook("fast.example.test");
    for mark in 1..=5 {
        house.event(mark);
    }
    let mut desk = Desk::new(&house, "a");
    let (start, mut times) = (house.now(), Vec::new());
    desk.run_until(&house, start + seconds(10), &mut |attempt| {
        times.push(attempt.started_at - start);
        accepted()
    });
    assert_eq!(times.len(), 6, "all six arrive without another wake-up");
    assert!(times[5] >= seconds(2) && times[5] < seconds(3), "{times:?}");
}
