//! How a key binding is written for a person and for assistive technology. It must not know what the binding does.

use crate::words::{Word, Words};

/// Whether the keyboard in front of us is Apple's.
pub fn is_apple() -> bool {
    let navigator = leptos::prelude::window().navigator();
    let platform = navigator.user_agent().unwrap_or_default();
    ["Macintosh", "iPhone", "iPad"].iter().any(|name| platform.contains(name))
}

/// A binding such as `Mod+Shift+Z` in the reader's words: `Ctrl+Shift+Z`, or `⌘⇧Z` on Apple's keyboards.
pub fn spoken(binding: &str, words: Words) -> String {
    let apple = is_apple();
    let parts: Vec<String> = parts(binding).map(|part| part_in_words(part, apple, words)).collect();
    parts.join(if apple { "" } else { "+" })
}

/// The same as the value of `aria-keyshortcuts`.
pub fn aria(binding: &str) -> String {
    let modifier = if is_apple() { "Meta" } else { "Control" };
    let parts: Vec<String> =
        parts(binding).map(|part| if part == "Mod" { modifier.to_owned() } else { capitalised(part) }).collect();
    parts.join("+")
}

/// The keys of a binding; a final `+` is itself a key.
fn parts(binding: &str) -> impl Iterator<Item = &str> {
    let (keys, plus) = match binding.strip_suffix('+') {
        Some(rest) => (rest, Some("+")),
        None => (binding, None),
    };
    keys.split('+').filter(|key| !key.is_empty()).chain(plus)
}

fn part_in_words(part: &str, apple: bool, words: Words) -> String {
    match (part, apple) {
        ("Mod", true) => "⌘".to_owned(),
        ("Shift", true) => "⇧".to_owned(),
        ("Alt", true) => "⌥".to_owned(),
        ("Backspace", true) => "⌫".to_owned(),
        ("ArrowUp", _) => "↑".to_owned(),
        ("ArrowDown", _) => "↓".to_owned(),
        ("ArrowLeft", _) => "←".to_owned(),
        ("ArrowRight", _) => "→".to_owned(),
        _ => match Word::find("key", &part.to_lowercase()) {
            Some(word) => words.get(word).to_owned(),
            None => capitalised(part),
        },
    }
}

fn capitalised(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bindings_are_taken_apart() {
        for (binding, expected) in [
            ("r", vec!["r"]),
            ("Mod+Shift+Z", vec!["Mod", "Shift", "Z"]),
            ("Mod++", vec!["Mod", "+"]),
            ("+", vec!["+"]),
            ("", vec![]),
        ] {
            assert_eq!(parts(binding).collect::<Vec<_>>(), expected, "{binding}");
        }
    }

    #[test]
    fn keys_begin_with_a_capital() {
        for (key, expected) in [("z", "Z"), ("delete", "Delete"), ("ä", "Ä"), ("1", "1"), ("", "")] {
            assert_eq!(capitalised(key), expected);
        }
    }
}
