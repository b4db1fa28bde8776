//! Shapes in motion, one's own and others': each as the motion applied to the shape that the board has.

use std::collections::HashSet;
use std::sync::Arc;

use board::{Field, InMotion, InkPoint, Kind, NewShape, Shape, ShapeId};
use kurbo::{Affine, BezPath};
use scene::{DisplayList, Paint, Painter, StrokeStyle, TextRun, replay};

use crate::draft::{Motion, preview};
use crate::editor::Editor;
use crate::following::{following, obstacles};
use crate::picture::seen;
use crate::slots::SlotSet;
use crate::transform::Transform;
use crate::view::carried;

/// What is about to be erased.
const ERASED_OPACITY: f32 = 0.25;

/// A motion, and what it moves.
struct Mover {
    motion: Motion,
    on: Arc<[ShapeId]>,
}

impl Editor {
    /// Paints all drafts, in board pixels. Where two hands hold one shape, one's own shows it; else whoever comes first.
    pub(super) fn paint_drafts(&mut self, painter: &mut impl Painter) {
        let carried = self.carried().is_some();
        let motion = self.announcer.motion().cloned();
        let mut shown = HashSet::new();
        if let Some(Motion::Transform { transform, copies: false }) = motion.as_ref().filter(|_| carried) {
            self.paint_beside_carried(transform, &mut shown, painter);
        }
        let own =
            motion.filter(|_| !carried).map(|motion| Mover { motion, on: self.selection.iter().cloned().collect() });
        let peers = self.peers.iter().filter_map(|(_, peer)| {
            let draft = peer.draft.as_ref()?;
            let on = draft.on.as_ref().map(|on| on.ids.clone()).unwrap_or_default();
            Some(Mover { motion: draft.message.motion.clone(), on })
        });
        let labelled = self.typing.as_ref().and_then(|typing| self.board.shape(&typing.id));
        if let Some(shape) = labelled.filter(|shape| shape.kind != Kind::Text) {
            // The page's field shows the label.
            paint_once(&shape.with_text(""), painter);
        }
        let movers: Vec<Mover> = own.into_iter().chain(peers).collect();
        shown.extend(self.typing.as_ref().map(|typing| typing.id.clone()));
        for mover in movers {
            self.paint_motion(&mover, &mut shown, painter);
        }
    }

    fn paint_motion(&mut self, mover: &Mover, shown: &mut HashSet<ShapeId>, painter: &mut impl Painter) {
        match &mover.motion {
            Motion::Still | Motion::Laser { .. } | Motion::Caret { .. } => {}
            Motion::Transform { transform, copies } => {
                self.paint_transformed(transform, *copies, &mover.on, shown, painter)
            }
            Motion::Create { id, shape } => {
                // Once the edit is here the board paints it.
                if self.board.shape(id).is_none() {
                    paint_once(&self.board.derived(preview(id.clone(), shape), &InMotion::NOTHING), painter);
                }
            }
            Motion::Change { id, fields } => {
                if let Some(shape) = self.changed(id, fields)
                    && shown.insert(id.clone())
                {
                    paint_once(&shape, painter);
                }
            }
            Motion::Ink { id, shape, after, points } => {
                if shown.insert(id.clone()) {
                    paint_once(&self.inked(id, shape, *after as usize, points), painter);
                }
            }
            Motion::Erase { ids } => {
                for id in ids {
                    if let Some(shape) = self.board.shape(id)
                        && shown.insert(id.clone())
                    {
                        replay(
                            self.picture.list(shape),
                            &mut Faded { painter: &mut *painter, opacity: ERASED_OPACITY },
                        );
                    }
                }
            }
        }
    }

    fn paint_transformed(
        &mut self,
        transform: &Transform,
        copies: bool,
        on: &[ShapeId],
        shown: &mut HashSet<ShapeId>,
        painter: &mut impl Painter,
    ) {
        let on = carried(&self.board, on, transform);
        if !copies {
            self.paint_followers(transform, &on, shown, painter);
        }
        let (width_px, height_px) = self.size_px;
        let visible = self.camera.visible(width_px, height_px);
        let Some(affine) = transform.affine() else {
            let moves: HashSet<&ShapeId> = on.iter().collect();
            let preview = |id: &ShapeId| Some(transform.preview(self.board.shape(id).filter(|_| moves.contains(id))?));
            let motion = InMotion { shown: &preview, obstacles: &obstacles(&self.board, &on, transform) };
            for shape in on.iter().filter_map(|id| self.board.shape(id)) {
                let shape = self.board.derived(transform.preview(shape), &motion);
                if shape.bounds().overlaps(visible) && shown.insert(shape.id.clone()) {
                    paint_once(&shape, painter);
                }
            }
            return;
        };
        // Only what the transform brings into the view, lowest first.
        let origin = affine.inverse().transform_rect_bbox(visible);
        let carries = self.carried().is_some();
        let moving: SlotSet = on.iter().filter_map(|id| self.board.slot(id)).collect();
        painter.push(affine);
        let is_painted = |slot| moving.contains(slot) && !(carries && self.is_carried(slot));
        let moved = seen(&self.board, &self.index, origin, is_painted).into_iter();
        for shape in moved.filter_map(|slot| self.board.at(slot)) {
            if copies || shown.insert(shape.id.clone()) {
                replay(self.picture.list(shape), painter);
            }
        }
        painter.pop();
    }

    /// What a selection that moves as one bitmap takes along beside itself.
    fn paint_beside_carried(
        &mut self,
        transform: &Transform,
        shown: &mut HashSet<ShapeId>,
        painter: &mut impl Painter,
    ) {
        if !self.board.has_dependents() {
            return;
        }
        let moving = carried(&self.board, &self.selection, transform);
        self.paint_followers(transform, &moving, shown, painter);
        let Some(affine) = transform.affine() else { return };
        painter.push(affine);
        for shape in
            moving.iter().filter_map(|id| self.board.shape(id)).filter(|shape| !self.selection.contains(shape.slot))
        {
            if shown.insert(shape.id.clone()) {
                replay(self.picture.list(shape), painter);
            }
        }
        painter.pop();
    }

    /// Paints what depends on shapes in motion: lines that hold them, elbows that go around them.
    fn paint_followers(
        &mut self,
        transform: &Transform,
        moving: &[ShapeId],
        shown: &mut HashSet<ShapeId>,
        painter: &mut impl Painter,
    ) {
        let beside = following(&self.board, moving, transform);
        if beside.is_empty() {
            return;
        }
        let moves: HashSet<&ShapeId> = moving.iter().collect();
        let preview = |id: &ShapeId| Some(transform.preview(self.board.shape(id).filter(|_| moves.contains(id))?));
        let motion = InMotion { shown: &preview, obstacles: &obstacles(&self.board, moving, transform) };
        for shape in beside.iter().filter_map(|id| preview(id).or_else(|| self.board.shape(id).cloned())) {
            if shown.insert(shape.id.clone()) {
                paint_once(&self.board.derived(shape, &motion), painter);
            }
        }
    }

    /// A shape as a gesture changes it.
    pub(super) fn changed(&self, id: &ShapeId, fields: &[Field]) -> Option<Shape> {
        Some(self.board.derived(self.board.shape(id)?.with(fields), &InMotion::NOTHING))
    }

    /// A stroke as far as it is drawn: what the board has of it, and the draft's points after that.
    fn inked(&self, id: &ShapeId, new: &NewShape, after: usize, points: &[InkPoint]) -> Shape {
        match self.board.shape(id) {
            None => preview(id.clone(), new).with_ink(points.iter().copied()),
            Some(shape) => {
                // The board may have some of the draft's points already.
                let known = shape.ink.len().saturating_sub(after).min(points.len());
                shape.with_ink(shape.ink.iter().chain(&points[known..]).copied())
            }
        }
    }
}

fn paint_once(shape: &Shape, painter: &mut impl Painter) {
    let mut list = DisplayList::new();
    shape.paint(&mut list);
    replay(&list, painter);
}

/// Paints everything fainter.
struct Faded<'a, P> {
    painter: &'a mut P,
    opacity: f32,
}

impl<P> Faded<'_, P> {
    fn fade(&self, paint: Paint) -> Paint {
        Paint { opacity: paint.opacity * self.opacity, ..paint }
    }
}

impl<P: Painter> Painter for Faded<'_, P> {
    fn fill(&mut self, path: &Arc<BezPath>, paint: Paint) {
        self.painter.fill(path, self.fade(paint));
    }

    fn stroke(&mut self, path: &Arc<BezPath>, paint: Paint, style: StrokeStyle) {
        self.painter.stroke(path, self.fade(paint), style);
    }

    fn text(&mut self, run: &TextRun) {
        self.painter.text(&TextRun { paint: self.fade(run.paint), ..run.clone() });
    }

    fn image(&mut self, run: &scene::ImageRun) {
        self.painter.image(&scene::ImageRun { opacity: run.opacity * self.opacity, ..*run });
    }
    fn push(&mut self, transform: Affine) {
        self.painter.push(transform);
    }

    fn clip(&mut self, path: &Arc<BezPath>) {
        self.painter.clip(path);
    }

    fn pop(&mut self) {
        self.painter.pop();
    }
}
