//! The list of commands that paints something, and what a painter must be able to do. Must not know shapes or backends.

use crate::text::Face;
use crate::{Colour, ImageRun};
use kurbo::{Affine, BezPath};
use smallvec::SmallVec;
use std::sync::Arc;

/// One step of a picture. Matches on it name every variant, so that a new one stops every painter from compiling.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Fills a path by the non-zero rule.
    Fill {
        /// What is filled; painters may cache by the pointer.
        path: Arc<BezPath>,
        /// With what.
        paint: Paint,
    },
    /// Draws along a path.
    Stroke {
        /// What is drawn; painters may cache by the pointer.
        path: Arc<BezPath>,
        /// With what.
        paint: Paint,
        /// How thick, how dashed.
        style: StrokeStyle,
    },
    /// A line of text, or a part of it, in the bundled font.
    Text(TextRun),
    /// A part of an image.
    Image(ImageRun),
    /// Everything up to the matching [`Command::Pop`] is transformed.
    Push(Affine),
    /// Everything up to the matching [`Command::Pop`] is painted only inside the path.
    Clip(Arc<BezPath>),
    /// Ends the latest [`Command::Push`] or [`Command::Clip`].
    Pop,
}

/// A colour, still to be resolved by the theme, and an opacity on top of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paint {
    /// The colour.
    pub colour: Colour,
    /// From 0 (invisible) to 1.
    pub opacity: f32,
}

/// How a path is drawn along. Lengths are in the pixels of the current transform.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StrokeStyle {
    /// Thickness.
    pub width: f64,
    /// Dashes.
    pub dash: Dash,
    /// How ends look; joins are always round.
    pub cap: Cap,
}

/// Dashes of a stroke.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Dash {
    /// No gaps.
    #[default]
    Solid,
    /// `on` pixels drawn, `off` pixels left out, and so on.
    Dashed {
        /// Drawn length.
        on: f64,
        /// Gap length.
        off: f64,
    },
}

/// The ends of a stroke.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cap {
    /// A half circle.
    #[default]
    Round,
    /// Cut off at the end.
    Butt,
}

/// Letters of one look in a line of text; where lines break was decided by [`crate::text::layout`].
#[derive(Clone, Debug, PartialEq)]
pub struct TextRun {
    /// What is written.
    pub text: Arc<str>,
    /// The left end.
    pub x: f64,
    /// The line that letters stand on.
    pub baseline_y: f64,
    /// The em, in the pixels of the current transform.
    pub font_size_px: f64,
    /// In which letters of the font.
    pub face: Face,
    /// With what.
    pub paint: Paint,
}

impl From<Colour> for Paint {
    fn from(colour: Colour) -> Self {
        Self { colour, opacity: 1.0 }
    }
}

impl StrokeStyle {
    /// An unbroken stroke of `width` with round ends.
    pub const fn solid(width: f64) -> Self {
        Self { width, dash: Dash::Solid, cap: Cap::Round }
    }
}

/// Commands in the order in which they paint. Cheap to clone: paths and texts are shared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DisplayList {
    commands: SmallVec<[Command; 2]>,
}

impl DisplayList {
    /// Nothing to paint.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends any command.
    pub fn command(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Fills `path`.
    pub fn fill(&mut self, path: impl Into<Arc<BezPath>>, paint: impl Into<Paint>) {
        self.command(Command::Fill { path: path.into(), paint: paint.into() });
    }

    /// Draws along `path`.
    pub fn stroke(&mut self, path: impl Into<Arc<BezPath>>, paint: impl Into<Paint>, style: StrokeStyle) {
        self.command(Command::Stroke { path: path.into(), paint: paint.into(), style });
    }

    /// Writes one line.
    pub fn text(&mut self, run: TextRun) {
        self.command(Command::Text(run));
    }

    /// Paints a part of an image.
    pub fn image(&mut self, run: ImageRun) {
        self.command(Command::Image(run));
    }

    /// Paints what `inner` appends under a transform.
    pub fn transformed(&mut self, transform: Affine, inner: impl FnOnce(&mut Self)) {
        self.command(Command::Push(transform));
        inner(self);
        self.command(Command::Pop);
    }

    /// Paints what `inner` appends inside `path` only.
    pub fn clipped(&mut self, path: impl Into<Arc<BezPath>>, inner: impl FnOnce(&mut Self)) {
        self.command(Command::Clip(path.into()));
        inner(self);
        self.command(Command::Pop);
    }

    /// The commands, first painted first.
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// Whether nothing is painted.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// Forgets every command, keeping the room.
    pub fn clear(&mut self) {
        self.commands.clear();
    }
}

/// What a backend must be able to do: the screen's canvas, SVG, a test that counts.
pub trait Painter {
    /// Fills `path` by the non-zero rule.
    fn fill(&mut self, path: &Arc<BezPath>, paint: Paint);
    /// Draws along `path`.
    fn stroke(&mut self, path: &Arc<BezPath>, paint: Paint, style: StrokeStyle);
    /// Writes one line, with kerning and ligatures off.
    fn text(&mut self, run: &TextRun);
    /// Paints a part of an image, or a placeholder while its pixels are not there.
    fn image(&mut self, run: &ImageRun);
    /// Begins a transform, inside those already begun.
    fn push(&mut self, transform: Affine);
    /// Begins a clip, inside those already begun.
    fn clip(&mut self, path: &Arc<BezPath>);
    /// Ends the latest transform or clip.
    fn pop(&mut self);
}

/// Paints `list` with `painter`, command by command.
pub fn replay(list: &DisplayList, painter: &mut impl Painter) {
    for command in list.commands() {
        match command {
            Command::Fill { path, paint } => painter.fill(path, *paint),
            Command::Stroke { path, paint, style } => painter.stroke(path, *paint, *style),
            Command::Text(run) => painter.text(run),
            Command::Image(run) => painter.image(run),
            Command::Push(transform) => painter.push(*transform),
            Command::Clip(path) => painter.clip(path),
            Command::Pop => painter.pop(),
        }
    }
}
