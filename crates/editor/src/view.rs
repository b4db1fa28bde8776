//! What tools and commands see of the editor: everything to read, nothing to write.

use board::{Board, Field, Kind, NewShape, Shape, ShapeId};
use kurbo::{Point, Rect};
use scene::{BoardPoint, Camera};

use crate::connecting;
use crate::handles::Handles;
use crate::history::History;
use crate::ids::IdSource;
use crate::index::Index;
use crate::input::Device;
use crate::limits;
use crate::selection::Selection;
use crate::style::Styles;
use crate::sweep;
use crate::transform::Transform;

/// What a change of these shapes changes, see [`View::carried`].
pub(crate) fn carried(board: &Board, ids: &[ShapeId], transform: &Transform) -> Vec<ShapeId> {
    let free = ids.iter().filter(|id| board.shape(id).is_some_and(|shape| !shape.locked));
    let mut all = match transform {
        Transform::Resize { .. } => free.cloned().collect(),
        Transform::Move { .. } | Transform::Rotate { .. } => board.with_contents(free),
    };
    connecting::keep_movers(board, &mut all);
    all.extend(connecting::strung_between(board, &all));
    all
}

/// The editor as it is while one event is handled.
pub(crate) struct View<'a> {
    pub(crate) now_ms: u64,
    pub(crate) board: &'a Board,
    pub(crate) index: &'a Index,
    pub(crate) camera: &'a Camera,
    /// Width and height of the view in CSS pixels.
    pub(crate) size_px: (f64, f64),
    pub(crate) selection: &'a Selection,
    pub(crate) handles: Option<&'a Handles>,
    pub(crate) styles: &'a Styles,
    pub(crate) history: &'a History,
    pub(crate) ids: &'a IdSource,
    /// Where the pointer is, if over the board.
    pub(crate) hover: Option<BoardPoint>,
    pub(crate) can_edit: bool,
    /// Whether a text is being typed.
    pub(crate) is_typing: bool,
    pub(crate) aids: Aids,
    /// What others deleted that was changed here meanwhile.
    pub(crate) lost: &'a [(ShapeId, NewShape)],
    /// For pasting.
    pub(crate) copied_style: &'a [Field],
    /// What was copied last, and what of it: for repeating a duplicate with its offset.
    pub(crate) last_copy: Option<&'a Copied>,
    /// What this person is called.
    pub(crate) name: &'a str,
}

/// What helps the hand, as this person has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Aids {
    /// Drags snap to their neighbours.
    pub(crate) snaps: bool,
    /// Drags snap to the grid.
    pub(crate) grid: bool,
}

impl Default for Aids {
    fn default() -> Self {
        Aids { snaps: true, grid: false }
    }
}

/// Shapes and their copies, in the same order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Copied {
    pub(crate) from: Vec<ShapeId>,
    pub(crate) to: Vec<ShapeId>,
}

impl View<'_> {
    /// The handles around the selection.
    pub(crate) fn handles(&self) -> Option<Handles> {
        self.handles.cloned()
    }

    /// How much the box around the selection is turned.
    pub(crate) fn frame_angle(&self) -> f64 {
        match self.handles {
            Some(Handles::Box { frame, .. }) => frame.angle,
            Some(Handles::Points { .. }) | None => 0.0,
        }
    }

    /// A shape to be, above everything, in the style that its tool has, at this place.
    pub(crate) fn new_shape(&self, kind: Kind, place: impl IntoIterator<Item = Field>) -> NewShape {
        let style = self.styles.fields(&kind, self.ids.random());
        let order = Field::Order(self.board.order_top(self.ids.random()));
        let author = self.author(&kind);
        // What is said of the place counts more than a tool's style.
        let fields = style.into_iter().chain(place).chain(author).chain([order]).collect();
        NewShape::new(kind, fields)
    }

    /// Who writes on a new shape of this kind, where that is shown.
    pub(crate) fn author(&self, kind: &Kind) -> Option<Field> {
        (*kind == Kind::Note && !self.name.is_empty()).then(|| Field::Author(Some(self.name.into())))
    }

    /// The topmost of such shapes around a point.
    pub(crate) fn encloses(&self, at: BoardPoint, is_such: impl Fn(&Shape) -> bool) -> Option<&Shape> {
        let around = Rect::from_center_size(Point::from(at), (0.0, 0.0));
        self.shapes_meeting(around)
            .filter(|shape| is_such(shape) && shape.encloses(at))
            .max_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)))
    }

    /// The selected shapes that are there.
    pub(crate) fn selected(&self) -> impl Iterator<Item = &Shape> {
        self.selection.slots().iter().filter_map(|slot| self.board.at(*slot))
    }

    /// Whether this is selected.
    pub(crate) fn is_selected(&self, id: &ShapeId) -> bool {
        self.board.slot(id).is_some_and(|slot| self.selection.contains(slot))
    }

    /// The selected shapes that may be changed.
    pub(crate) fn movable(&self) -> impl Iterator<Item = &Shape> {
        self.selected().filter(|shape| !shape.locked)
    }

    /// Shapes that a hand may take whose bounds meet the rectangle, lowest first.
    pub(crate) fn selectable(&self, rect: Rect) -> impl Iterator<Item = &Shape> {
        let mut shapes: Vec<&Shape> = self.shapes_meeting(rect).filter(|shape| !shape.locked).collect();
        shapes.sort_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)));
        shapes.into_iter()
    }

    /// The selected shapes, lowest first.
    pub(crate) fn selected_in_order(&self) -> Vec<&Shape> {
        let mut shapes: Vec<&Shape> = self.selected().collect();
        shapes.sort_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)));
        shapes
    }

    /// How far off still hits, in board pixels.
    pub(crate) fn hit_margin(&self, device: Device) -> f64 {
        let px = match device {
            Device::Touch => limits::TOUCH_HIT_MARGIN_PX,
            Device::Mouse | Device::Pen => limits::HIT_MARGIN_PX,
        };
        px / self.camera.zoom()
    }

    /// Whether a pointer here grabs a handle there.
    pub(crate) fn is_grabbed(&self, handle: BoardPoint, at: BoardPoint, device: Device) -> bool {
        let px = match device {
            Device::Touch => limits::TOUCH_HANDLE_PX,
            Device::Mouse | Device::Pen => limits::HANDLE_PX,
        };
        (at - handle).hypot() <= px / self.camera.zoom()
    }

    /// The topmost shape under a point.
    pub(crate) fn hit(&self, at: BoardPoint, device: Device) -> Option<ShapeId> {
        let margin = self.hit_margin(device);
        let near = Rect::from_center_size(Point::from(at), (2.0 * margin, 2.0 * margin));
        self.shapes_meeting(near)
            .filter(|shape| !shape.locked && shape.hit(at, margin))
            .max_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)))
            .map(|shape| shape.id.clone())
    }

    /// What a person who wants to write here writes into: the shape that is hit, or the topmost closed shape around.
    pub(crate) fn writable(&self, at: BoardPoint, device: Device) -> Option<ShapeId> {
        if let Some(id) = self.hit(at, device) {
            return self.board.shape(&id).filter(|shape| shape.has_text()).map(|shape| shape.id.clone());
        }
        self.encloses(at, |shape| shape.kind.is_area()).map(|shape| shape.id.clone())
    }

    /// The topmost shape here that an arrow's end can hold on to. A frame is held by its edge.
    pub(crate) fn holdable(&self, at: BoardPoint, reach: f64) -> Option<&Shape> {
        self.shapes_meeting(crate::connecting::around(at, reach))
            .filter(|shape| shape.kind.can_be_held())
            .filter(|shape| shape.hit(at, reach) || (shape.kind != Kind::Frame && shape.encloses(at)))
            .max_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)))
    }

    /// What lies in a rectangle whole.
    pub(crate) fn inside(&self, rect: Rect) -> impl Iterator<Item = &Shape> {
        self.shapes_meeting(rect).filter(move |shape| rect.contains_rect(shape.bounds()))
    }

    /// Whether something other than a line or a frame is in the way.
    pub(crate) fn is_occupied(&self, rect: Rect) -> bool {
        self.shapes_meeting(rect).any(|shape| !shape.kind.is_line() && shape.kind != Kind::Frame)
    }

    /// What a change of the selection changes: frames take along what lies in them, unless they are resized.
    pub(crate) fn carried(&self, transform: &Transform) -> Vec<ShapeId> {
        carried(self.board, self.selection, transform)
    }

    /// The topmost shape under a point, also where a hand cannot take it.
    pub(crate) fn hit_even_locked(&self, at: BoardPoint) -> Option<ShapeId> {
        let margin = self.hit_margin(Device::Mouse);
        let near = Rect::from_center_size(Point::from(at), (2.0 * margin, 2.0 * margin));
        self.shapes_meeting(near)
            .filter(|shape| shape.hit(at, margin))
            .max_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)))
            .map(|shape| shape.id.clone())
    }

    /// Everything that a rectangle touches, not only by its bounds, or that lies in it whole; lowest first.
    pub(crate) fn touching(&self, rect: Rect, whole: bool) -> Vec<ShapeId> {
        let is_meant = |shape: &&Shape| match whole {
            true => rect.contains_rect(shape.bounds()),
            false => sweep::touches(rect, shape),
        };
        self.selectable(rect).filter(is_meant).map(|shape| shape.id.clone()).collect()
    }

    /// Shapes whose bounds come near a segment.
    pub(crate) fn near_segment(&self, from: BoardPoint, to: BoardPoint, margin: f64) -> Vec<&Shape> {
        let around = Rect::from_points(Point::from(from), Point::from(to)).inflate(margin, margin);
        self.shapes_meeting(around).filter(|shape| !shape.locked).collect()
    }

    /// Shapes whose bounds meet a rectangle, in no order.
    pub(crate) fn meeting(&self, rect: Rect) -> impl Iterator<Item = &Shape> {
        self.shapes_meeting(rect)
    }

    fn shapes_meeting(&self, rect: Rect) -> impl Iterator<Item = &Shape> {
        self.index.meeting(rect).filter_map(|slot| self.board.at(slot))
    }

    /// The middle of what is seen.
    pub(crate) fn middle(&self) -> BoardPoint {
        let (width, height) = self.size_px;
        self.camera.visible(width, height).center().into()
    }
}
