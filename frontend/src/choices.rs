//! The lists that a board offers: tools, commands, colours, widths.

use crate::store::{Choices, Entry, Swatch};

const fn entry(id: &'static str, shortcut: &'static str) -> Entry {
    Entry { id, shortcut: Some(shortcut) }
}

const fn swatch(id: &'static str, light: &'static str, dark: &'static str) -> Swatch {
    Swatch { id, light, dark }
}

/// What every board offers.
pub const CHOICES: Choices =
    Choices { tools: &TOOLS, commands: &COMMANDS, colours: &COLOURS, widths: &["s", "m", "l", "xl"] };

const TOOLS: [Entry; 10] = [
    entry("select", "v"),
    entry("hand", "h"),
    entry("rectangle", "r"),
    entry("ellipse", "o"),
    entry("diamond", "d"),
    entry("line", "l"),
    entry("arrow", "a"),
    entry("ink", "p"),
    entry("text", "t"),
    entry("eraser", "e"),
];

const COMMANDS: [Entry; 9] = [
    entry("undo", "Mod+Z"),
    entry("redo", "Mod+Shift+Z"),
    entry("select-all", "Mod+A"),
    entry("duplicate", "Mod+D"),
    entry("delete", "Delete"),
    entry("zoom-in", "Mod++"),
    entry("zoom-out", "Mod+-"),
    entry("zoom-reset", "Shift+0"),
    entry("zoom-fit", "Shift+1"),
];

const COLOURS: [Swatch; 12] = [
    swatch("ink", "#1e1e24", "#ecebe6"),
    swatch("grey", "#868e96", "#9aa3ab"),
    swatch("red", "#db3b3b", "#ff7b78"),
    swatch("orange", "#e8710a", "#ffa14a"),
    swatch("yellow", "#e3a800", "#f7cd52"),
    swatch("green", "#2b9348", "#63c97b"),
    swatch("teal", "#0c8599", "#4cc5d6"),
    swatch("blue", "#1c7ed6", "#69b3f5"),
    swatch("indigo", "#4c4fd0", "#9a9df7"),
    swatch("violet", "#8a3fc7", "#c691f2"),
    swatch("pink", "#d6336c", "#f583aa"),
    swatch("white", "#ffffff", "#2a2a30"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Word;

    #[test]
    fn everything_that_can_be_chosen_has_a_word() {
        let ids = |entries: &[Entry]| entries.iter().map(|entry| entry.id).collect::<Vec<_>>();
        let colours = COLOURS.iter().map(|colour| colour.id).collect();
        for (kind, ids) in [
            ("tool", ids(CHOICES.tools)),
            ("command", ids(CHOICES.commands)),
            ("colour", colours),
            ("width", CHOICES.widths.to_vec()),
        ] {
            for id in ids {
                assert!(Word::find(kind, id).is_some(), "{kind}.{id}");
            }
        }
    }
}
