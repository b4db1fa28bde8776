//! Placing images: their bytes are the page's business, where they go is the editor's.

use board::{Edit, Field, Kind, NewShape, Shape, ShapeId, limits as stored};
use kurbo::{Rect, Size, Vec2};
use scene::{BoardPoint, ImageId, ScreenPoint};

use crate::clipboard;
use crate::editor::Editor;
use crate::limits;
use crate::tools::Effect;
use crate::view::View;

/// An image that somebody brings.
#[derive(Clone, Debug, PartialEq)]
pub struct NewImage {
    /// Which.
    pub image: ImageId,
    /// Its size in its own pixels.
    pub natural: Size,
    /// What it is called, as a first description.
    pub name: String,
}

impl Editor {
    /// Images that were dropped, pasted or picked: in a row around a place, as large as they are but within the view.
    pub(crate) fn place_images(&mut self, images: &[NewImage], at: Option<ScreenPoint>) {
        if !self.can_edit || images.is_empty() {
            return;
        }
        let around = match at {
            Some(at) => self.view().camera.to_board(at),
            None => self.paste_place(&format!("{:?}", images[0].image)),
        };
        let placed = row(images, around, &self.view());
        self.put_pasted(Some(placed));
    }

    /// The one selected image shows another picture, as wide as it was.
    pub(crate) fn replace_image(&mut self, image: &NewImage) {
        let view = self.view();
        let selected = view.movable().filter(|shape| shape.kind == Kind::Image).map(|shape| {
            let width = shape.size.width;
            let size = Size::new(width, width * image.natural.height / image.natural.width.max(1.0));
            let set = |field| Edit::Set { id: shape.id.clone(), field };
            let described = Field::Alt(image.name.as_str().into());
            let shown = [Field::Asset(image.image), Field::Natural(image.natural), Field::Crop(stored::CROP_ALL)];
            shown.into_iter().chain([Field::Size(size), described]).map(set).collect::<Vec<_>>()
        });
        let edits: Vec<Edit> = selected.flatten().collect();
        if self.can_edit {
            self.run(vec![Effect::Apply(edits, None)]);
        }
    }

    /// Where the board shows an image.
    pub fn regions_of_image(&self, image: ImageId) -> Vec<Rect> {
        self.images().filter(|(shown, _)| *shown == image).map(|(_, shape)| shape.bounds()).collect()
    }

    /// Every image that the board shows, with its shape.
    pub fn images(&self) -> impl Iterator<Item = (ImageId, &Shape)> {
        self.board().shapes().filter_map(|shape| Some((shape.picture.as_ref()?.asset?, shape)))
    }
}

fn row(images: &[NewImage], around: BoardPoint, view: &View) -> (Vec<Edit>, Vec<ShapeId>) {
    let (width_px, height_px) = view.size_px;
    let seen = view.camera.visible(width_px, height_px);
    let most = seen.size() * limits::IMAGE_SHARE_OF_VIEW;
    let sizes: Vec<Size> = images.iter().map(|image| fitted(image.natural, most)).collect();
    let gap = limits::COPY_OFFSET_BOARD;
    let width = sizes.iter().map(|size| size.width + gap).sum::<f64>() - gap;
    let mut left = around.x - width / 2.0;
    let shapes = images.iter().zip(sizes).map(|(image, size)| {
        let at = BoardPoint::new(left, around.y - size.height / 2.0);
        left += size.width + gap;
        let shown = [Field::Asset(image.image), Field::Natural(image.natural), Field::Alt(image.name.as_str().into())];
        NewShape::new(Kind::Image, [Field::Pos(at), Field::Size(size)].into_iter().chain(shown).collect())
    });
    clipboard::on_top(shapes.map(|shape| (None, shape)).collect(), &[], view)
}

/// As large as it is, but no larger than this; its proportions stay.
fn fitted(natural: Size, most: Size) -> Size {
    let natural = Size::new(natural.width.max(1.0), natural.height.max(1.0));
    let shrink = (most.width / natural.width).min(most.height / natural.height).min(1.0);
    let shrunk: Vec2 = natural.to_vec2() * if shrink > 0.0 { shrink } else { 1.0 };
    shrunk.to_size()
}
