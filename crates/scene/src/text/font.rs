//! The fonts that people write in. Must not know where their letters are stored or drawn.

/// The bundled fonts. What a font has no glyph for, the browser takes from another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Font {
    /// Inter.
    #[default]
    Sans,
    /// Patrick Hand.
    Hand,
    /// Source Serif.
    Serif,
    /// JetBrains Mono.
    Mono,
}

impl Font {
    /// All of them.
    pub const ALL: [Font; 4] = [Font::Sans, Font::Hand, Font::Serif, Font::Mono];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Font::Sans => "sans",
            Font::Hand => "hand",
            Font::Serif => "serif",
            Font::Mono => "mono",
        }
    }

    /// The font with a stored name.
    pub fn from_name(name: &str) -> Option<Font> {
        Font::ALL.into_iter().find(|font| font.name() == name)
    }

    /// Its family name, in CSS and SVG.
    pub fn family(self) -> &'static str {
        match self {
            Font::Sans => "Boardwalk Sans",
            Font::Hand => "Boardwalk Hand",
            Font::Serif => "Boardwalk Serif",
            Font::Mono => "Boardwalk Mono",
        }
    }

    /// What stands in for it, in CSS and SVG: for letters that it has not got, and where it is not there.
    pub fn fallback(self) -> &'static str {
        match self {
            Font::Sans => "system-ui, sans-serif",
            Font::Hand => "cursive, sans-serif",
            Font::Serif => "serif",
            Font::Mono => "monospace",
        }
    }
}
