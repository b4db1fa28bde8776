//! The named choices that a shape's style is made of. Names are stored and never change. Must not know what paints them.

macro_rules! choices {
    ($($(#[$about:meta])* $choice:ident { $($(#[$said:meta])* $name:ident $text:literal,)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $choice { $($(#[$said])* $name,)* }

        impl $choice {
            /// Every choice, in the order in which a panel shows them.
            pub const ALL: &'static [$choice] = &[$($choice::$name,)*];

            /// The stored name.
            pub fn name(self) -> &'static str {
                match self { $($choice::$name => $text,)* }
            }

            /// The choice of this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.name() == name)
            }
        }
    )*};
}

choices! {
    /// How a line is broken up.
    LineStyle {
        /// Not at all.
        Solid "solid",
        /// Into dashes.
        Dashed "dashed",
        /// Into dots.
        Dotted "dotted",
    }

    /// What an area is filled with.
    FillStyle {
        /// A breath of the colour, opaque.
        Soft "soft",
        /// The colour.
        Solid "solid",
        /// Slanting lines.
        Hachure "hachure",
        /// Lines that slant both ways.
        CrossHatch "cross_hatch",
        /// Dots.
        Dots "dots",
    }

    /// Where lines of text begin or end.
    Align {
        /// At the left.
        Left "left",
        /// In the middle.
        Center "center",
        /// At the right.
        Right "right",
    }

    /// Where a label lies from top to bottom.
    AlignY {
        /// At the top.
        Top "top",
        /// In the middle.
        Middle "middle",
        /// At the bottom.
        Bottom "bottom",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for style in FillStyle::ALL {
            assert_eq!(FillStyle::from_name(style.name()), Some(*style));
        }
        assert_eq!(LineStyle::from_name("wavy"), None);
    }
}
