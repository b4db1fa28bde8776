//! What of a board goes into a file, and the file in our own form (`docs/board-schema.md`, "Files"). Knows no browser, and
//! nothing of fonts or the pixels of images: whoever writes the file has them.

use std::collections::BTreeSet;

use board::{Kind, Shape, ShapeId};
use kurbo::Rect;
use scene::text::Font;
use scene::{Command, ImageId, Painter, replay};

use crate::clipboard;
use crate::editor::Editor;
use crate::limits;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    Board,
    /// What is selected.
    Selection,
}

/// Shapes to be exported, and where they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// Lowest first.
    shapes: Vec<ShapeId>,
    /// Around all that is painted, with a margin, in board pixels.
    pub bounds: Rect,
}

impl Editor {
    /// What is to be exported; none where there is nothing.
    pub fn export(&self, scope: Scope) -> Option<Export> {
        let chosen: Vec<_> =
            self.board().shapes().filter(|shape| scope == Scope::Board || self.is_taken_along(shape)).collect();
        let bounds = chosen.iter().map(|shape| shape.bounds()).reduce(|all, rect| all.union(rect))?;
        let margin = limits::EXPORT_MARGIN_BOARD;
        let bounds = match (scope, self.selection()) {
            // A frame is a picture with an edge of its own.
            (Scope::Selection, [id]) => match self.board().shape(id).filter(|shape| shape.kind == Kind::Frame) {
                Some(frame) => frame.rotation().transform_rect_bbox(frame.local_bounds()),
                None => bounds.inflate(margin, margin),
            },
            _ => bounds.inflate(margin, margin),
        };
        Some(Export { shapes: chosen.into_iter().map(|shape| shape.id.clone()).collect(), bounds })
    }

    /// Whether it is selected, or lies in a frame that is.
    fn is_taken_along(&self, shape: &Shape) -> bool {
        let outer = |shape: &&Shape| self.board().shape(shape.frame.as_ref()?);
        std::iter::successors(Some(shape), outer).take(limits::NESTED_FRAMES).any(|shape| self.is_selected(&shape.id))
    }

    /// Paints it, in board pixels.
    pub fn paint_export(&self, export: &Export, painter: &mut impl Painter) {
        let mut list = scene::DisplayList::new();
        for shape in export.shapes.iter().filter_map(|id| self.board().shape(id)) {
            list.clear();
            shape.paint(&mut list);
            replay(&list, painter);
        }
    }

    /// The images in it.
    pub fn export_images(&self, export: &Export) -> BTreeSet<ImageId> {
        let shapes = export.shapes.iter().filter_map(|id| self.board().shape(id));
        shapes.filter_map(|shape| shape.picture.as_ref()?.asset).collect()
    }

    /// What is written in it, by font in the order of [`Font::ALL`].
    pub fn export_text(&self, export: &Export) -> [String; Font::ALL.len()] {
        let mut texts = [const { String::new() }; Font::ALL.len()];
        let mut list = scene::DisplayList::new();
        for shape in export.shapes.iter().filter_map(|id| self.board().shape(id)) {
            list.clear();
            shape.paint(&mut list);
            for command in list.commands() {
                if let Command::Text(run) = command {
                    let font = if run.face.code { Font::Mono } else { run.face.font };
                    texts[font as usize].push_str(&run.text);
                }
            }
        }
        texts
    }

    /// It in our own form, which [`crate::Input::Paste`] reads.
    pub fn export_json(&self, export: &Export) -> String {
        clipboard::written_all(export.shapes.iter().filter_map(|id| Some((id.clone(), self.board().copy(id)?))))
    }
}
