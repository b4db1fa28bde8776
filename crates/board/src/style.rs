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

    /// How a line runs between its corners.
    Route {
        /// In straight stretches.
        Straight "straight",
        /// In one swing.
        Curved "curved",
        /// In level and upright stretches, around what its ends hold.
        Elbow "elbow",
    }

    /// What stands at an end of a line.
    Head {
        /// Nothing.
        None "none",
        /// Two barbs.
        Arrow "arrow",
        /// A filled triangle.
        Triangle "triangle",
        /// An empty triangle.
        TriangleOpen "triangle_open",
        /// A filled diamond.
        Diamond "diamond",
        /// An empty diamond.
        DiamondOpen "diamond_open",
        /// A filled circle.
        Dot "dot",
        /// An empty circle.
        Circle "circle",
        /// A filled square.
        Square "square",
        /// An empty square.
        SquareOpen "square_open",
        /// A bar across.
        Bar "bar",
        /// One, in entity relations.
        One "one",
        /// One and only one.
        OnlyOne "only_one",
        /// None or one.
        ZeroOrOne "zero_or_one",
        /// Many: a crow's foot.
        Many "many",
        /// One or many.
        OneOrMany "one_or_many",
        /// None or many.
        ZeroOrMany "zero_or_many",
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
