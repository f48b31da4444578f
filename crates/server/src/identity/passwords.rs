//! Passwords: how they are made, kept and checked.
//!
//! Never: storage; counting failed tries; showing a password.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base::{Chance, Error, Result, Secret, limits};

/// Memory of one hash in KiB: 19 MiB (reliability T15).
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory.
const PASSES: u32 = 2;
/// Threads of one hash.
const LANES: u32 = 1;
/// Bytes of a salt (RFC 9106 §3.1).
const SALT_BYTES: usize = 16;
/// Characters below which a password is refused.
const CHARS_MIN: usize = 8;

/// Hashes a password with Argon2id and a fresh salt; takes tens of milliseconds, so never inside
/// a transaction.
///
/// `Malformed` with a sentence if it is shorter than 8 or longer than 255 characters.
pub fn hash(password: &Secret<String>, chance: &dyn Chance) -> Result<String> {
    let chars = password.reveal().chars().count();
    if !(CHARS_MIN..=limits::NAME_CHARS_MAX).contains(&chars) {
        return Err(Error::Malformed(format!(
            "The password has {chars} characters. It takes {CHARS_MIN} to {}.",
            limits::NAME_CHARS_MAX
        )));
    }
    let mut salt = [0; SALT_BYTES];
    chance.fill(&mut salt);
    hash_with(password, &salt)
}

/// Whether the password is the one that was hashed; `None` stands for a user who has none or does
/// not exist, takes as long as any other and is never right.
pub fn is_right(password: &Secret<String>, kept: Option<&str>) -> bool {
    let kept = kept.and_then(|text| PasswordHash::new(text).ok());
    if let Some(kept) = kept {
        return argon2()
            .verify_password(password.reveal().as_bytes(), &kept)
            .is_ok();
    }
    // The work is done and thrown away: its duration must not tell that there is no such user.
    drop(hash_with(password, &[0; SALT_BYTES]));
    false
}

/// Draws a password that can be read aloud: four words and four digits, 45 bits.
pub fn generate(chance: &dyn Chance) -> Secret<String> {
    let words: Vec<&str> = WORDS.split_ascii_whitespace().collect();
    let mut drawn = [0; 4 + 2];
    chance.fill(&mut drawn);
    let [first, second, third, fourth, high, low] = drawn;
    let chosen = [first, second, third, fourth].map(|byte| words[usize::from(byte) % words.len()]);
    let number = u16::from_be_bytes([high, low]) % 10_000;
    Secret::new(format!("{}-{number:04}", chosen.join("-")))
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.expect("the parameters are constants within Argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_with(password: &Secret<String>, salt: &[u8; SALT_BYTES]) -> Result<String> {
    let hashed: PasswordHash = argon2()
        .hash_password_with_salt(password.reveal().as_bytes(), salt)
        .map_err(Error::internal)?;
    Ok(hashed.to_string())
}

/// 256 words, so that a random byte picks each as often as any other.
const WORDS: &str = "
acorn alder amber anchor apple april apron arbor arrow aspen atlas autumn bacon badge baker bamboo
barley barn basil basin beach beacon beaver berry birch bishop bison bloom board boat bonfire book
border bottle boulder bowl bramble branch bread breeze brick bridge brook broom bucket butter button
cabin cable cactus camel canal candle canoe canvas carbon carpet carrot castle cedar cellar chalk
chapel cherry chestnut cider circle citron clay clock cloud clover coast cobalt cocoa comet compass
copper coral corner cotton cradle crane crater creek cricket crystal curtain cypress dahlia daisy dawn
delta desert diamond dolphin donkey dragon drum dune eagle easel echo elbow elder ember emerald engine
fable falcon feather fern ferry fiddle field finch fjord flame flint flower forest fossil fountain fox
galaxy garden garlic ginger glacier globe goose granite grape gravel grove guitar hammer harbor harvest
hawk hazel heron hickory hill honey horizon hornet island ivory jacket jasmine jungle juniper kettle
kiosk kitchen kite ladder lagoon lantern larch laurel lava lemon lentil lily linen lizard lobster lotus
lumber magnet maple marble market marsh meadow melon mint mirror monsoon moose morning mosaic moss
mountain mustard nectar needle nest north oak oasis oat ocean olive onion opal orange orbit orchard
otter owl paddle palm panther paper parsley pasture peach pebble pelican pepper petal piano pillow pine
planet plum pocket pond poplar prairie pumpkin quail quartz quiet rabbit raven reef ribbon river robin
rocket saddle saffron salmon sand sapphire shadow silver spruce summit sunrise thistle thunder tiger
timber tulip turtle valley velvet violet walnut willow winter
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use base::chance::{SeededChance, SystemChance};

    use super::*;

    #[test]
    fn only_the_right_password_is_right() {
        let password = Secret::new("a long evening".to_owned());
        let kept = hash(&password, &SystemChance).expect("a good password");

        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(is_right(&password, Some(&kept)));
        assert!(!is_right(
            &Secret::new("a long morning".to_owned()),
            Some(&kept)
        ));
        assert!(!is_right(&password, None));
        assert!(!is_right(&password, Some("no hash")));
    }

    #[test]
    fn a_password_is_neither_short_nor_endless() {
        for bad in ["", "seven77", &"x".repeat(256)] {
            let refused = hash(&Secret::new(bad.to_owned()), &SystemChance);
            assert!(matches!(refused, Err(Error::Malformed(_))), "{bad}");
        }
    }

    #[test]
    fn the_words_are_256_and_all_different() {
        let words: Vec<_> = WORDS.split_ascii_whitespace().collect();
        assert_eq!(words.len(), 256);
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), 256);
        let drawn = generate(&SeededChance::new(3));
        assert_eq!(drawn.reveal().split('-').count(), 5);
    }
}
