//! Shortcuts: how `Mod+Shift+Z` is written, and when a key event means it. Knows no tool and no command.

use std::collections::BTreeMap;

use crate::input::{KeyEvent, Modifiers};

/// The keys of commands and tools where a person has others than those of the lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyMap {
    remapped: BTreeMap<String, String>,
    no_single_keys: bool,
}

impl KeyMap {
    /// As text: a line of id and shortcut each; `-single` switches single keys off. What is no such line is passed over.
    pub fn parse(text: &str) -> KeyMap {
        let mut map = KeyMap::default();
        for line in text.lines().take(crate::limits::REMAPPED_KEYS) {
            match line.split_once(' ') {
                Some((id, keys)) => drop(map.remapped.insert(id.to_owned(), keys.to_owned())),
                None => map.no_single_keys |= line == "-single",
            }
        }
        map
    }

    /// The text that [`KeyMap::parse`] reads.
    pub fn text(&self) -> String {
        let off = if self.no_single_keys { "-single\n" } else { "" };
        self.remapped.iter().fold(off.to_owned(), |text, (id, keys)| text + id + " " + keys + "\n")
    }

    /// Gives something these keys alone (none, if empty), or its own again.
    pub fn set(&mut self, id: &str, keys: Option<String>) {
        match keys {
            Some(keys) => drop(self.remapped.insert(id.to_owned(), keys)),
            None => drop(self.remapped.remove(id)),
        }
    }

    /// Whether a person has chosen the keys of this.
    pub fn is_remapped(&self, id: &str) -> bool {
        self.remapped.contains_key(id)
    }

    /// Whether keys without Mod or Alt do anything (WCAG 2.1.4).
    pub fn has_single_keys(&self) -> bool {
        !self.no_single_keys
    }

    /// Switches keys without Mod or Alt on or off. Keys that move, delete or cancel stay.
    pub fn set_single_keys(&mut self, on: bool) {
        self.no_single_keys = !on;
    }

    /// The shortcuts that something has now; `own` are those of the list.
    pub fn shortcuts<'a>(&'a self, id: &str, own: &'a [&'a str]) -> Vec<&'a str> {
        let keys = match self.remapped.get(id) {
            Some(keys) => {
                if keys.is_empty() {
                    vec![]
                } else {
                    vec![keys.as_str()]
                }
            }
            None => own.to_vec(),
        };
        keys.into_iter().filter(|keys| self.has_single_keys() || !is_single(keys)).collect()
    }
}

/// Whether a shortcut is a character alone.
fn is_single(shortcut: &str) -> bool {
    let Shortcut { command, alt, key, .. } = parse(shortcut);
    !command && !alt && key.chars().count() == 1
}

/// How a pressed key is written as a shortcut; none for a modifier alone.
pub fn written(event: &KeyEvent) -> Option<String> {
    if ["Shift", "Control", "Alt", "Meta", "AltGraph", "Dead"].contains(&event.key.as_str()) {
        return None;
    }
    let Modifiers { shift, alt, .. } = event.modifiers;
    let key = match digit(typed(event)).is_some() || typed(event).len() > 1 {
        true => typed(event).to_owned(),
        false if event.modifiers.command() || alt || shift => typed(event).to_ascii_uppercase(),
        false => typed(event).to_owned(),
    };
    let is_symbol = key.len() == 1 && !key.as_bytes()[0].is_ascii_alphanumeric();
    let held = [(event.modifiers.command(), "Mod+"), (alt, "Alt+"), (shift && !is_symbol, "Shift+")];
    let held: String = held.into_iter().filter(|(held, _)| *held).map(|(_, name)| name).collect();
    Some(held + &key)
}

/// A parsed shortcut. The written form is `Mod+`, `Alt+`, `Shift+` in this order, then a character or a key's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shortcut<'a> {
    command: bool,
    alt: bool,
    shift: bool,
    key: &'a str,
}

fn parse(text: &str) -> Shortcut<'_> {
    let mut shortcut = Shortcut { command: false, alt: false, shift: false, key: text };
    while let Some((modifier, rest)) = shortcut.key.split_once('+').filter(|(_, rest)| !rest.is_empty()) {
        match modifier {
            "Mod" => shortcut.command = true,
            "Alt" => shortcut.alt = true,
            "Shift" => shortcut.shift = true,
            _ => break,
        }
        shortcut.key = rest;
    }
    shortcut
}

/// Whether the event means this shortcut.
///
/// The typed character decides; the physical key where the layout types something that is not ASCII (Cyrillic, Option
/// glyphs), and always for digits, whose shifted characters differ by layout. Capitals by Caps Lock are the small letter.
pub(crate) fn matches(shortcut: &str, event: &KeyEvent) -> bool {
    let wanted = parse(shortcut);
    let Modifiers { shift, alt, .. } = event.modifiers;
    let plain_modifiers = wanted.command == event.modifiers.command() && wanted.alt == alt;
    if !plain_modifiers {
        return false;
    }
    if let Some(digit) = digit(wanted.key) {
        let physical = event.code.strip_prefix("Digit").or(event.code.strip_prefix("Numpad")).and_then(self::digit);
        return wanted.shift == shift && (physical == Some(digit) || (physical.is_none() && event.key == wanted.key));
    }
    let is_symbol = wanted.key.len() == 1 && !wanted.key.as_bytes()[0].is_ascii_alphanumeric();
    if is_symbol {
        // A symbol already contains the shift that its layout needs; with a shift of its own only the key tells.
        return match wanted.shift {
            true => shift && physical_symbol(&event.code) == Some(wanted.key),
            false => typed(event) == wanted.key,
        };
    }
    wanted.shift == shift && typed(event).eq_ignore_ascii_case(wanted.key)
}

fn digit(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [digit @ b'0'..=b'9'] => Some(*digit),
        _ => None,
    }
}

fn typed(event: &KeyEvent) -> &str {
    if event.key.is_ascii() && !event.key.is_empty() {
        return &event.key;
    }
    physical_symbol(&event.code).or(event.code.strip_prefix("Key")).unwrap_or(&event.code)
}

fn physical_symbol(code: &str) -> Option<&'static str> {
    match code {
        "BracketLeft" => Some("["),
        "BracketRight" => Some("]"),
        "Minus" => Some("-"),
        "Equal" => Some("="),
        "Comma" => Some(","),
        "Period" => Some("."),
        "Slash" => Some("/"),
        "Quote" => Some("'"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;
    use crate::input::{KeyEvent, KeyPhase, Modifiers};

    fn event(key: &str, code: &str, held: &str) -> KeyEvent {
        let modifiers = Modifiers {
            shift: held.contains('s'),
            alt: held.contains('a'),
            ctrl: held.contains('c'),
            meta: held.contains('m'),
        };
        KeyEvent { key: key.into(), code: code.into(), modifiers, phase: KeyPhase::Down }
    }

    #[test]
    fn the_rules() {
        let table = [
            ("Mod+Z", event("z", "KeyZ", "c"), true),
            ("Mod+Z", event("Z", "KeyZ", "m"), true),
            ("Mod+Z", event("Z", "KeyZ", "cs"), false),
            ("Mod+Shift+Z", event("Z", "KeyZ", "cs"), true),
            ("Mod+Z", event("я", "KeyZ", "c"), true),
            ("Mod+Z", event("z", "KeyY", "c"), true),
            ("Mod+Z", event("y", "KeyZ", "c"), false),
            ("r", event("R", "KeyR", ""), true),
            ("r", event("R", "KeyR", "s"), false),
            ("r", event("r", "KeyR", "a"), false),
            ("Shift+1", event("!", "Digit1", "s"), true),
            ("Shift+1", event("+", "Digit1", "s"), true),
            ("2", event("2", "Numpad2", ""), true),
            ("2", event("2", "Digit2", "c"), false),
            ("Mod++", event("+", "Equal", "cs"), true),
            ("Mod+=", event("=", "Equal", "c"), true),
            ("Mod+]", event("]", "BracketRight", "c"), true),
            ("Mod+]", event("]", "Digit9", "ca"), false),
            ("Mod+Shift+]", event("}", "BracketRight", "cs"), true),
            ("Mod+]", event("}", "BracketRight", "cs"), false),
            ("Shift+ArrowLeft", event("ArrowLeft", "ArrowLeft", "s"), true),
            ("ArrowLeft", event("ArrowLeft", "ArrowLeft", "s"), false),
            ("Escape", event("Escape", "Escape", ""), true),
        ];
        for (shortcut, event, expected) in table {
            assert_eq!(matches(shortcut, &event), expected, "{shortcut} {event:?}");
        }
    }
}
