//! Shortcuts: how `Mod+Shift+Z` is written, and when a key event means it. Knows no tool and no command.

use crate::input::{KeyEvent, Modifiers};

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
