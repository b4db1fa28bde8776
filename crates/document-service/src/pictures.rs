//! Small pictures of boards and versions, painted from what is stored, for pages that list them. Owns nothing and changes
//! nothing, so any service can answer. It must not know lanes or rooms.

use board::{Board, ClientId, Shape};
use bytes::Bytes;
use kurbo::{Affine, Rect, Vec2};
use protocol::limits::{MAX_PICTURE_BYTES, MAX_PICTURE_SHAPES};
use protocol::{BoardId, ErrorCode, VersionId};
use scene::text::Font;
use scene::{DisplayList, Painter, SvgPainter, Theme, replay};
use tokio::task::spawn_blocking;

use crate::limits::MAX_CRASHED_LOADS;
use crate::opening::Refusal;
use crate::service::Service;
use crate::versioning;

/// Size of a picture, in CSS pixels.
const SIZE_PX: (f64, f64) = (480.0, 300.0);
/// Room around what is on the board, as a share of the picture.
const MARGIN: f64 = 0.06;
/// A board is not shown larger than this.
const MAX_SCALE: f64 = 0.75;
/// Shapes with no longer side than this are painted as from far away, in pixels of the picture.
const FAR_PX: f64 = 6.0;
/// Shapes smaller than this are left out of a crowded picture.
const SPECK_PX: f64 = 0.6;

/// Paints a board as it is stored, or one of its versions.
pub(crate) async fn paint(
    service: &Service,
    board: &BoardId,
    version: Option<&VersionId>,
    is_dark: bool,
) -> Result<Bytes, Refusal> {
    let _turn = service.loads.acquire().await.expect("the semaphore is never closed");
    let parts = match version {
        Some(version) => vec![versioning::stored_state(&*service.storage, board, version).await?],
        None => stored(service, board).await?,
    };
    let theme = if is_dark { Theme::Dark } else { Theme::Light };
    let painted = spawn_blocking(move || svg_of(&parts, theme)).await;
    if version.is_none() {
        // A count that cannot be reset now is reset by the next load.
        let _ = service.storage.end_load(board).await;
    }
    painted.map(Bytes::from).map_err(|error| {
        tracing::error!(%error, board_id = board.as_str(), "painting a board's picture panicked");
        Refusal::Code(ErrorCode::Quarantined)
    })
}

/// What is stored of a board. Counted like any load: one that takes the process down is not tried for ever.
async fn stored(service: &Service, board: &BoardId) -> Result<Vec<Bytes>, Refusal> {
    if service.storage.begin_load(board).await? >= MAX_CRASHED_LOADS {
        return Err(Refusal::Code(ErrorCode::Quarantined));
    }
    let loaded = service.storage.load(board).await?;
    let snapshot = loaded.snapshot.map(|snapshot| snapshot.bytes);
    Ok(snapshot.into_iter().chain(loaded.updates.into_iter().map(|row| row.bytes)).collect())
}

/// The picture of a board that is made of updates; empty where nothing is on it. Parts that cannot be read are left out.
fn svg_of(parts: &[Bytes], theme: Theme) -> String {
    // It only reads, so that any client id will do.
    let mut board = Board::new(ClientId::from_random(1));
    for part in parts {
        let _ = board.merge(part);
    }
    let Some(extent) = board.shapes().map(Shape::bounds).reduce(|all, one| all.union(one)) else {
        return String::new();
    };
    let mut most = MAX_PICTURE_SHAPES;
    loop {
        let svg = picture(&board, extent, theme, most);
        if svg.len() <= MAX_PICTURE_BYTES {
            return svg;
        }
        if most == 0 {
            return String::new();
        }
        most /= 4;
    }
}

fn picture(board: &Board, extent: Rect, theme: Theme, most: usize) -> String {
    let (width_px, height_px) = SIZE_PX;
    let room = 1.0 - 2.0 * MARGIN;
    let scale = (width_px * room / extent.width().max(1.0)).min(height_px * room / extent.height().max(1.0));
    let scale = scale.min(MAX_SCALE);
    let middle = Vec2::new(width_px / 2.0, height_px / 2.0);
    let transform = Affine::translate(middle) * Affine::scale(scale) * Affine::translate(-extent.center().to_vec2());
    let mut painter = SvgPainter::new(theme, Rect::new(0.0, 0.0, width_px, height_px));
    painter.push(transform);
    let mut list = DisplayList::new();
    for shape in seen(board, scale, most) {
        list.clear();
        if shape.local_bounds().size().max_side() * scale > FAR_PX {
            shape.paint(&mut list);
        } else {
            shape.paint_far(1.0 / scale, &mut list);
        }
        replay(&list, &mut painter);
    }
    painter.pop();
    // A picture in a page has none of the page's fonts.
    Font::ALL.into_iter().fold(painter.finish(), |svg, font| {
        let (family, fallback) = (font.family(), font.fallback());
        svg.replace(&format!(r#"font-family="{family}""#), &format!(r#"font-family="{family}, {fallback}""#))
    })
}

/// The shapes of the picture, lowest first: all of them, or the largest of a crowd.
fn seen(board: &Board, scale: f64, most: usize) -> Vec<&Shape> {
    if board.len() <= most {
        return board.shapes().collect();
    }
    let side = |shape: &Shape| shape.bounds().size().max_side() * scale;
    let mut sides: Vec<f64> = board.shapes().map(side).filter(|side| *side >= SPECK_PX).collect();
    sides.sort_by(|a, b| b.total_cmp(a));
    let least = sides.get(most).copied().unwrap_or(SPECK_PX);
    board.shapes().filter(|shape| side(shape) >= least).take(most).collect()
}

#[cfg(test)]
mod tests {
    use board::{Edit, Field, Kind, NewShape, ShapeId};
    use kurbo::Size;
    use scene::BoardPoint;

    use super::*;

    fn boards_of(count: u32, side: f64) -> Vec<Bytes> {
        let mut board = Board::new(ClientId::from_random(7));
        let edits = (0..count).map(|at| {
            let pos = BoardPoint::new(f64::from(at % 100) * 40.0, f64::from(at / 100) * 40.0);
            let fields = vec![Field::Pos(pos), Field::Size(Size::new(side, side))];
            let shape = NewShape::new(Kind::from_name("rectangle"), fields);
            Edit::Insert { id: ShapeId::from_random(u64::from(at) + 1), shape }
        });
        board.apply(&edits.collect::<Vec<_>>());
        vec![board.snapshot().0]
    }

    #[test]
    fn an_empty_board_has_no_picture_and_nonsense_is_left_out() {
        assert_eq!(svg_of(&[], Theme::Light), "");
        assert_eq!(svg_of(&[Bytes::from_static(b"\xff\xff\xff nonsense")], Theme::Light), "");
    }

    #[test]
    fn a_crowd_stays_within_its_size() {
        for (count, side) in [(1, 30.0), (500, 30.0), (20_000, 30.0)] {
            let svg = svg_of(&boards_of(count, side), Theme::Dark);
            assert!(svg.starts_with("<svg") && svg.len() <= MAX_PICTURE_BYTES, "{count}: {}", svg.len());
            assert!(svg.contains("<path"), "{count}");
        }
    }
}
