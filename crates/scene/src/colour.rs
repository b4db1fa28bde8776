//! Colours as they are stored, and what they become in a light or a dark theme. Must not know what is painted with them.

use std::fmt;
use std::str::FromStr;

/// A colour as a person chose it: a named swatch that follows the theme, or a fixed `0xrrggbbaa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colour {
    /// One of the palette.
    Swatch(Swatch),
    /// A shade of one of the palette.
    Shade(Swatch, Shade),
    /// Any colour, packed as `0xrrggbbaa`; the dark theme mirrors its lightness.
    Rgba(u32),
    /// Any colour of what marks what lies below it: the dark theme makes it no darker, as a mark glows. How [`Colour::Rgba`]
    /// is painted there; never stored.
    Mark(u32),
}

/// What a colour is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgba {
    /// Red, 0..=255.
    pub r: u8,
    /// Green, 0..=255.
    pub g: u8,
    /// Blue, 0..=255.
    pub b: u8,
    /// Opacity, 0..=255.
    pub a: u8,
}

/// Light or dark surroundings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Dark ink on a light board.
    #[default]
    Light,
    /// Light ink on a dark board.
    Dark,
}

macro_rules! swatches {
    ($($name:ident $text:literal $light:literal $dark:literal,)*) => {
        /// The palette. The stored names never change; how they look may.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Swatch { $(#[doc = concat!("Stored as `", $text, "`.")] $name,)* }

        impl Swatch {
            /// Every swatch, in the order in which a palette shows them.
            pub const ALL: &'static [Swatch] = &[$(Swatch::$name,)*];

            /// The stored name.
            pub fn name(self) -> &'static str {
                match self { $(Swatch::$name => $text,)* }
            }

            fn packed(self, theme: Theme) -> u32 {
                match self { $(Swatch::$name => match theme { Theme::Light => $light, Theme::Dark => $dark },)* }
            }
        }
    };
}

swatches! {
    Ink "ink" 0x1e1e24ff 0xecebe6ff,
    Grey "grey" 0x868e96ff 0x9aa3abff,
    Red "red" 0xdb3b3bff 0xff7b78ff,
    Orange "orange" 0xe8710aff 0xffa14aff,
    Yellow "yellow" 0xe3a800ff 0xf7cd52ff,
    Green "green" 0x2b9348ff 0x63c97bff,
    Teal "teal" 0x0c8599ff 0x4cc5d6ff,
    Blue "blue" 0x1c7ed6ff 0x69b3f5ff,
    Indigo "indigo" 0x4c4fd0ff 0x9a9df7ff,
    Violet "violet" 0x8a3fc7ff 0xc691f2ff,
    Pink "pink" 0xd6336cff 0xf583aaff,
    White "white" 0xffffffff 0x2a2a30ff,
}

/// How far a shade is from its swatch: towards the board behind it, or towards the ink on it, whichever theme those have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shade {
    /// A breath of colour: for areas with text on them.
    Pale,
    /// Half way to the board.
    Light,
    /// A little towards the ink.
    Dark,
    /// Half way to the ink.
    Deep,
}

impl Shade {
    /// Every shade, from the board's side to the ink's; the swatch itself lies in the middle.
    pub const ALL: &'static [Shade] = &[Shade::Pale, Shade::Light, Shade::Dark, Shade::Deep];

    /// The stored suffix.
    pub fn name(self) -> &'static str {
        match self {
            Shade::Pale => "pale",
            Shade::Light => "light",
            Shade::Dark => "dark",
            Shade::Deep => "deep",
        }
    }

    /// How much of the board (true) or of the ink (false) is mixed in, in 256ths.
    fn mix(self, theme: Theme) -> (bool, u32) {
        match (self, theme) {
            (Shade::Pale, Theme::Light) => (true, 212),
            (Shade::Pale, Theme::Dark) => (true, 196),
            (Shade::Light, _) => (true, 128),
            (Shade::Dark, _) => (false, 64),
            (Shade::Deep, _) => (false, 128),
        }
    }
}

impl Colour {
    /// The ordinary ink: what a stroke has when nothing is said.
    pub const INK: Colour = Colour::Swatch(Swatch::Ink);

    /// The breath of this colour that fills an area under text. Opaque, so that what lies below stays hidden.
    #[must_use]
    pub fn softened(self) -> Colour {
        match self {
            Colour::Swatch(Swatch::White) => self,
            Colour::Swatch(swatch) | Colour::Shade(swatch, _) => Colour::Shade(swatch, Shade::Pale),
            Colour::Rgba(packed) | Colour::Mark(packed) => {
                Colour::Rgba(mixed(Rgba::unpack(packed), Rgba::unpack(0xffff_ffff), 204).pack())
            }
        }
    }
}

/// `by` 256ths of the way from one to the other; the opacity of the first.
fn mixed(from: Rgba, to: Rgba, by: u32) -> Rgba {
    let mix = |from: u8, to: u8| ((u32::from(from) * (256 - by) + u32::from(to) * by + 128) / 256) as u8;
    Rgba { r: mix(from.r, to.r), g: mix(from.g, to.g), b: mix(from.b, to.b), a: from.a }
}

/// The text is no colour: neither a swatch's name, with or without a shade, nor `#rrggbb` nor `#rrggbbaa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoColour;

impl fmt::Display for NoColour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a swatch's name, #rrggbb or #rrggbbaa")
    }
}

impl std::error::Error for NoColour {}

impl FromStr for Colour {
    type Err = NoColour;

    fn from_str(text: &str) -> Result<Self, NoColour> {
        let swatch = |name: &str| Swatch::ALL.iter().copied().find(|swatch| swatch.name() == name);
        if let Some(swatch) = swatch(text) {
            return Ok(Colour::Swatch(swatch));
        }
        if let Some((name, shade)) = text.split_once('-') {
            let shade = Shade::ALL.iter().find(|known| known.name() == shade).ok_or(NoColour)?;
            return swatch(name).map(|swatch| Colour::Shade(swatch, *shade)).ok_or(NoColour);
        }
        let digits = text.strip_prefix('#').ok_or(NoColour)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NoColour);
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| NoColour)?;
        match digits.len() {
            6 => Ok(Colour::Rgba(value << 8 | 0xff)),
            8 => Ok(Colour::Rgba(value)),
            _ => Err(NoColour),
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Colour::Swatch(swatch) => f.write_str(swatch.name()),
            Colour::Shade(swatch, shade) => write!(f, "{}-{}", swatch.name(), shade.name()),
            Colour::Rgba(packed) | Colour::Mark(packed) if packed & 0xff == 0xff => write!(f, "#{:06x}", packed >> 8),
            Colour::Rgba(packed) | Colour::Mark(packed) => write!(f, "#{packed:08x}"),
        }
    }
}

impl Rgba {
    /// From `0xrrggbbaa`.
    pub const fn unpack(packed: u32) -> Self {
        let [r, g, b, a] = packed.to_be_bytes();
        Self { r, g, b, a }
    }

    /// As CSS understands it: `#rrggbb`, or `#rrggbbaa` where it is not opaque.
    pub fn css(self) -> String {
        Colour::Rgba(self.pack()).to_string()
    }

    /// As `0xrrggbbaa`.
    pub const fn pack(self) -> u32 {
        u32::from_be_bytes([self.r, self.g, self.b, self.a])
    }

    /// With its opacity multiplied by `opacity` (0..=1).
    pub fn faded(self, opacity: f32) -> Self {
        Self { a: (f32::from(self.a) * opacity.clamp(0.0, 1.0)).round() as u8, ..self }
    }
}

impl Theme {
    /// What a stored colour looks like here. Colours are mapped one by one, never by a filter over the picture, so that
    /// an exported picture and the screen agree.
    pub fn resolve(self, colour: Colour) -> Rgba {
        match (colour, self) {
            (Colour::Swatch(swatch), theme) => Rgba::unpack(swatch.packed(theme)),
            (Colour::Shade(swatch, shade), theme) => {
                let (to_board, by) = shade.mix(theme);
                let other = if to_board { theme.background() } else { Rgba::unpack(Swatch::Ink.packed(theme)) };
                mixed(Rgba::unpack(swatch.packed(theme)), other, by)
            }
            (Colour::Rgba(packed) | Colour::Mark(packed), Theme::Light) => Rgba::unpack(packed),
            (Colour::Rgba(packed), Theme::Dark) => mirrored(Rgba::unpack(packed)),
            (Colour::Mark(packed), Theme::Dark) => {
                let colour = Rgba::unpack(packed);
                let other = mirrored(colour);
                let brightness = |colour: Rgba| 2 * u32::from(colour.r) + 5 * u32::from(colour.g) + u32::from(colour.b);
                if brightness(other) > brightness(colour) { other } else { colour }
            }
        }
    }

    /// The board itself, behind everything.
    pub fn background(self) -> Rgba {
        match self {
            Theme::Light => Rgba::unpack(0xfcfcfbff),
            Theme::Dark => Rgba::unpack(0x17171bff),
        }
    }
}

/// The colour with its perceived lightness mirrored and its hue kept, by way of Oklab: black ink becomes near white.
fn mirrored(colour: Rgba) -> Rgba {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    let (r, g, b) = (linear(colour.r), linear(colour.g), linear(colour.b));
    let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    let lightness = 0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s;
    let green_red = 1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s;
    let blue_yellow = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s;

    let lightness = 1.0 - 0.85 * lightness;
    let l = (lightness + 0.396_337_777_4 * green_red + 0.215_803_757_3 * blue_yellow).powi(3);
    let m = (lightness - 0.105_561_345_8 * green_red - 0.063_854_172_8 * blue_yellow).powi(3);
    let s = (lightness - 0.089_484_177_5 * green_red - 1.291_485_548_0 * blue_yellow).powi(3);
    let encoded = |c: f64| {
        let c = if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        (c.clamp(0.0, 1.0) * 255.0).round() as u8
    };
    Rgba {
        r: encoded(4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s),
        g: encoded(-1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s),
        b: encoded(-0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s),
        a: colour.a,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stored_forms_come_back() {
        for text in ["ink", "white", "violet", "blue-pale", "ink-deep", "#12ab9f", "#12ab9f80"] {
            assert_eq!(text.parse::<Colour>().map(|colour| colour.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("#12AB9FFF".parse(), Ok(Colour::Rgba(0x12ab9fff)));
        for text in
            ["", "#", "#12", "#+12345", "#12345g", "Ink", "#1234567", "rgb(0,0,0)", "blue-", "-pale", "blue-bright"]
        {
            assert_eq!(text.parse::<Colour>(), Err(NoColour), "{text}");
        }
    }

    fn luminance(colour: Rgba) -> f64 {
        0.2126 * f64::from(colour.r) + 0.7152 * f64::from(colour.g) + 0.0722 * f64::from(colour.b)
    }

    #[test]
    fn every_ink_stands_out_from_its_board() {
        for theme in [Theme::Light, Theme::Dark] {
            let board = luminance(theme.background());
            for swatch in Swatch::ALL.iter().filter(|swatch| **swatch != Swatch::White) {
                let ink = luminance(theme.resolve(Colour::Swatch(*swatch)));
                assert!((ink - board).abs() > 60.0, "{swatch:?} on {theme:?}");
            }
        }
        assert!(luminance(Theme::Dark.resolve(Colour::Rgba(0x000000ff))) > 200.0);
        assert!(luminance(Theme::Dark.resolve(Colour::Rgba(0xffffffff))) < 60.0);
    }

    #[test]
    fn a_mark_is_never_darker_in_the_dark() {
        let yellow = Colour::Mark(0xffd4_3b80);
        for theme in [Theme::Light, Theme::Dark] {
            assert_eq!(theme.resolve(yellow), Rgba::unpack(0xffd4_3b80), "bright stays as it is");
        }
        assert!(luminance(Theme::Dark.resolve(Colour::Mark(0x1020_4080))) > 120.0, "dark would not be seen");
        assert_eq!(Theme::Light.resolve(Colour::Mark(0x1020_4080)), Rgba::unpack(0x1020_4080));
    }

    #[test]
    fn shades_go_from_the_board_to_the_ink() {
        for theme in [Theme::Light, Theme::Dark] {
            let towards_ink = if theme == Theme::Light { -1.0 } else { 1.0 };
            for swatch in Swatch::ALL.iter().filter(|swatch| !matches!(swatch, Swatch::White | Swatch::Ink)) {
                let shade = |shade| luminance(theme.resolve(Colour::Shade(*swatch, shade)));
                let row = [
                    shade(Shade::Pale),
                    shade(Shade::Light),
                    luminance(theme.resolve(Colour::Swatch(*swatch))),
                    shade(Shade::Dark),
                    shade(Shade::Deep),
                ];
                let ordered = row.windows(2).all(|pair| (pair[1] - pair[0]) * towards_ink > 0.0);
                assert!(ordered, "{swatch:?} in {theme:?}: {row:?}");
            }
        }
    }

    #[test]
    fn ordinary_text_is_legible_on_soft_areas() {
        for theme in [Theme::Light, Theme::Dark] {
            let ink = luminance(theme.resolve(Colour::INK));
            let fixed = [Colour::Rgba(0xff00_00ff), Colour::Rgba(0x0030_60ff)];
            for colour in Swatch::ALL.iter().map(|swatch| Colour::Swatch(*swatch)).chain(fixed) {
                let area = luminance(theme.resolve(colour.softened()));
                assert!((ink - area).abs() > 110.0, "{colour} in {theme:?}: {area} under {ink}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_darker_colour_is_never_darker_in_the_dark(grey: u8, other: u8) {
            let dark = |value: u8| luminance(mirrored(Rgba { r: value, g: value, b: value, a: 255 }));
            prop_assert!(grey <= other || dark(grey) <= dark(other));
        }
    }
}
