//! The carets of others in texts, and what they have selected there.

use kurbo::{Affine, Line, Point, Rect, Shape as _};
use scene::text::{Face, layout};
use scene::{Cap, DisplayList, Paint, StrokeStyle, TextRun};

use super::PAPER;
use crate::draft::Motion;
use crate::editor::Editor;
use crate::peers::Peer;
use crate::text_session::byte_at;

const WIDTH_PX: f64 = 2.0;
const SELECTED_OPACITY: f32 = 0.22;
const NAME_SIZE_PX: f64 = 11.0;
const NAME_PADDING_PX: f64 = 4.0;
const NAME_HEIGHT_PX: f64 = 16.0;

impl Editor {
    pub(super) fn list_carets(&self, list: &mut DisplayList) {
        for (_, peer) in self.peers.iter() {
            let motion = peer.draft.as_ref().map(|draft| &draft.message.motion);
            let Some(Motion::Caret { id, from, to }) = motion else { continue };
            let places = self.board.text_offset(id, from).zip(self.board.text_offset(id, to));
            let Some((shape, (from, to))) = self.board.shape(id).zip(places) else { continue };
            let (from, to) = (byte_at(&shape.text, from as usize), byte_at(&shape.text, to as usize));
            let to_screen = self.camera.transform() * shape.rotation();
            for part in shape.text_boxes(from.min(to)..from.max(to)) {
                let paint = Paint { colour: peer.colour, opacity: SELECTED_OPACITY };
                list.fill(to_screen * part.to_path(0.1), paint);
            }
            if let Some(caret) = shape.caret_line(to) {
                list_caret(to_screen * caret, peer, list);
            }
        }
    }
}

fn list_caret(caret: Line, peer: &Peer, list: &mut DisplayList) {
    let style = StrokeStyle { cap: Cap::Butt, ..StrokeStyle::solid(WIDTH_PX) };
    list.stroke(caret.to_path(0.1), peer.colour, style);
    if peer.name.is_empty() {
        return;
    }
    let Point { x, y } = caret.p0;
    list.transformed(Affine::translate((x, y - NAME_HEIGHT_PX)), |list| {
        let width = layout(&peer.name, NAME_SIZE_PX, None).width + 2.0 * NAME_PADDING_PX;
        let flag = Rect::new(-WIDTH_PX / 2.0, 0.0, width, NAME_HEIGHT_PX);
        list.fill(flag.to_rounded_rect((4.0, 4.0, 4.0, 0.0)).to_path(0.1), peer.colour);
        list.text(TextRun {
            text: peer.name.as_str().into(),
            x: NAME_PADDING_PX,
            baseline_y: NAME_HEIGHT_PX - NAME_PADDING_PX,
            font_size_px: NAME_SIZE_PX,
            face: Face::default(),
            paint: PAPER.into(),
        });
    });
}
