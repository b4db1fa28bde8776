//! The friendly name that a person has until they choose one. It must not know where names are stored.

pub use protocol::limits::MAX_NAME_CHARS;

use crate::words::{Language, fill, key};

/// A colour and an animal in a language, from two numbers in 0..1.
pub fn friendly_name(language: Language, colour: f64, animal: f64) -> String {
    let colour = pick(key::NAME_COLOURS.text(language), colour);
    let animal = pick(key::NAME_ANIMALS.text(language), animal);
    fill(key::NAME_PATTERN.text(language), &[("colour", colour), ("animal", animal)])
}

/// What a person typed, fit to be shown: one line, trimmed, not too long; none if nothing is left.
pub fn cleaned(typed: &str) -> Option<String> {
    let words: Vec<&str> =
        typed.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let name: String = words.join(" ").chars().take(MAX_NAME_CHARS).collect();
    let name = name.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Up to two letters that stand for a name on an avatar.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

fn pick(list: &'static str, at: f64) -> &'static str {
    let count = list.split(", ").count();
    // Rounding down is meant: 0.999 is the last entry.
    let index = ((at * count as f64) as usize).min(count - 1);
    list.split(", ").nth(index).unwrap_or(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_both_ends_of_the_lists() {
        assert_eq!(friendly_name(Language::English, 0.0, 0.0), "Amber Badger");
        assert_eq!(friendly_name(Language::English, 0.999, 1.0), "White Wren");
        assert_eq!(friendly_name(Language::German, 0.1, 0.999), "Blauer Wal");
        for language in Language::ALL {
            for step in 0..20 {
                let name = friendly_name(language, f64::from(step) / 20.0, f64::from(step) / 20.0);
                assert_eq!(cleaned(&name), Some(name.clone()), "{name}");
            }
        }
    }

    #[test]
    fn typed_names_are_cleaned() {
        assert_eq!(cleaned("  Ada \n Lovelace\t"), Some("Ada Lovelace".to_owned()));
        assert_eq!(cleaned(" \u{0} \n"), None);
        assert_eq!(cleaned(&"ab ".repeat(100)).map(|name| name.chars().count() <= MAX_NAME_CHARS), Some(true));
    }

    #[test]
    fn initials_are_at_most_two() {
        for (name, expected) in [("Ada Lovelace", "AL"), ("ada", "A"), ("a b c", "AC"), ("", ""), ("émile Zola", "ÉZ")]
        {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
