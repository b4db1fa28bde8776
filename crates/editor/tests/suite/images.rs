//! Images: where they are put, what they show, and how they are flipped and replaced.

use board::{Field, Kind};
use editor::{Input, NewImage};
use kurbo::{Rect, Size};
use scene::{ImageId, ScreenPoint};

use crate::harness::Hand;

fn image(number: u8, width: f64, height: f64) -> NewImage {
    NewImage { image: ImageId([number; 32]), natural: Size::new(width, height), name: format!("photo {number}") }
}

#[test]
fn images_are_placed_in_a_row_within_the_view_and_selected() {
    let mut hand = Hand::on("");
    hand.give(Input::PlaceImages { images: vec![image(1, 4000.0, 3000.0), image(2, 20.0, 10.0)], at: None });
    let selection = hand.editor.selection().to_vec();
    assert_eq!(selection.len(), 2);
    let shapes: Vec<_> = selection.iter().map(|id| hand.editor.board().shape(id).unwrap().clone()).collect();
    assert!(shapes.iter().all(|shape| shape.kind == Kind::Image));
    let [large, small] = &shapes[..] else { panic!("two shapes") };
    assert!((large.size.width / large.size.height - 4.0 / 3.0).abs() < 1e-9, "{:?}", large.size);
    assert!(large.size.width < 4000.0, "a large one is shown smaller");
    assert_eq!(small.size, Size::new(20.0, 10.0), "a small one as it is");
    assert!(large.bounds().intersect(small.bounds()).is_zero_area());
    let picture = large.picture.as_deref().unwrap();
    assert_eq!((picture.asset, picture.natural), (Some(ImageId([1; 32])), Size::new(4000.0, 3000.0)));
    assert_eq!(picture.alt.as_ref(), "photo 1");
    assert_eq!(hand.editor.regions_of_image(ImageId([2; 32])), [small.bounds()]);
    hand.command("undo");
    assert_eq!(hand.editor.board().len(), 0, "one step");
}

#[test]
fn an_image_is_dropped_where_the_pointer_is() {
    let mut hand = Hand::on("");
    hand.give(Input::PlaceImages { images: vec![image(1, 20.0, 10.0)], at: Some(ScreenPoint::new(100.0, 50.0)) });
    let at = hand.editor.camera().to_board(ScreenPoint::new(100.0, 50.0));
    let shape = hand.editor.board().shapes().next().unwrap();
    assert!((shape.local_bounds().center() - kurbo::Point::from(at)).hypot() < 1e-9);
}

#[test]
fn an_image_is_flipped_and_replaced_in_place() {
    let mut hand = Hand::on("");
    hand.give(Input::PlaceImages { images: vec![image(1, 40.0, 20.0)], at: None });
    let id = hand.editor.selection()[0].clone();
    let before = hand.editor.board().shape(&id).unwrap().clone();
    hand.command("flip-across");
    let flipped = hand.editor.board().shape(&id).unwrap().clone();
    assert_eq!((flipped.scale.x, flipped.scale.y), (-1.0, 1.0));
    assert_eq!((flipped.pos, flipped.size), (before.pos, before.size));
    hand.give(Input::ReplaceImage(image(2, 10.0, 10.0)));
    let replaced = hand.editor.board().shape(&id).unwrap().clone();
    assert_eq!(replaced.size, Size::new(40.0, 40.0));
    assert_eq!(replaced.picture.as_ref().unwrap().asset, Some(ImageId([2; 32])));
}

#[test]
fn an_image_survives_the_clipboard() {
    let mut hand = Hand::on("");
    hand.give(Input::PlaceImages { images: vec![image(1, 40.0, 20.0)], at: None });
    let id = hand.editor.selection()[0].clone();
    let shape = hand.editor.board().shape(&id).unwrap().with(&[Field::Crop(Rect::new(0.1, 0.2, 0.5, 1.0))]);
    for key in ["asset", "natural", "crop", "alt"] {
        let field = shape.field(key).unwrap();
        assert_eq!(Field::from_text(key, &field.text()), Some(field), "{key}");
    }
    for (address, is_one) in [
        ("https://example.org/a?b=[1]", true),
        ("HTTP://example.org", true),
        ("mailto:ada@example.org", true),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("https://", false),
        ("https://a b", false),
    ] {
        let field = Field::from_text("link", address);
        assert_eq!(field.clone().map(|field| field.text()).as_deref(), is_one.then_some(address));
        assert_eq!(field.is_some(), board::is_link(address), "{address}");
    }
    let numeric = Field::Alt("[12".into());
    assert_eq!(Field::from_text("alt", &numeric.text()), Some(numeric), "words that look like a value are words");
}

#[test]
fn a_double_click_crops_by_the_sides_and_the_picture_stays_where_it_is() {
    let mut hand = Hand::on("");
    hand.give(Input::PlaceImages { images: vec![image(1, 400.0, 200.0)], at: Some(ScreenPoint::new(300.0, 300.0)) });
    let id = hand.editor.selection()[0].clone();
    let now = |hand: &Hand| {
        let shape = hand.editor.board().shape(&id).unwrap();
        (shape.local_bounds(), shape.picture.as_ref().unwrap().crop)
    };
    assert_eq!(now(&hand).0, Rect::new(100.0, 200.0, 500.0, 400.0));
    hand.double_click(300.0, 300.0);
    hand.drag(&[(100.0, 200.0), (150.0, 220.0), (200.0, 250.0)]);
    assert_eq!(now(&hand), (Rect::new(200.0, 250.0, 500.0, 400.0), Rect::new(0.25, 0.25, 1.0, 1.0)));
    // No further than there is a picture.
    hand.drag(&[(500.0, 325.0), (700.0, 325.0), (900.0, 325.0)]);
    assert_eq!(now(&hand), (Rect::new(200.0, 250.0, 500.0, 400.0), Rect::new(0.25, 0.25, 1.0, 1.0)));
    // The inside drags the picture under the box.
    hand.drag(&[(300.0, 300.0), (400.0, 300.0), (700.0, 300.0)]);
    assert_eq!(now(&hand), (Rect::new(200.0, 250.0, 500.0, 400.0), Rect::new(0.0, 0.25, 0.75, 1.0)));
    hand.command("undo");
    assert_eq!(now(&hand).1, Rect::new(0.25, 0.25, 1.0, 1.0), "one step each");
    hand.key("Escape");
    hand.drag(&[(300.0, 300.0), (350.0, 300.0), (400.0, 300.0)]);
    assert_eq!(now(&hand), (Rect::new(300.0, 250.0, 600.0, 400.0), Rect::new(0.25, 0.25, 1.0, 1.0)), "it moves again");
}

#[test]
fn enter_crops_the_selected_image_and_ends_it() {
    let mut hand = Hand::on("");
    hand.give(Input::PlaceImages { images: vec![image(1, 400.0, 200.0)], at: Some(ScreenPoint::new(300.0, 300.0)) });
    let shown = |hand: &Hand| {
        let shape = hand.editor.board().shapes().next().unwrap();
        (shape.local_bounds(), shape.picture.as_ref().unwrap().crop)
    };
    hand.key("Enter");
    hand.drag(&[(100.0, 300.0), (150.0, 300.0), (200.0, 300.0)]);
    let cropped = (Rect::new(200.0, 200.0, 500.0, 400.0), Rect::new(0.25, 0.0, 1.0, 1.0));
    assert_eq!(shown(&hand), cropped);
    hand.key("Enter");
    hand.drag(&[(200.0, 300.0), (250.0, 300.0), (350.0, 300.0)]);
    assert_eq!(shown(&hand), (Rect::new(350.0, 250.0, 500.0, 350.0), cropped.1), "it is resized again");
}

#[test]
fn what_is_mirrored_is_cropped_where_it_is_seen() {
    let mut hand = Hand::on("");
    hand.give(Input::PlaceImages { images: vec![image(1, 400.0, 200.0)], at: Some(ScreenPoint::new(300.0, 300.0)) });
    hand.command("flip-across");
    hand.double_click(300.0, 300.0);
    hand.drag(&[(100.0, 300.0), (150.0, 300.0), (200.0, 300.0)]);
    let shape = hand.editor.board().shapes().next().unwrap();
    assert_eq!(shape.local_bounds(), Rect::new(200.0, 200.0, 500.0, 400.0));
    assert_eq!(shape.picture.as_ref().unwrap().crop, Rect::new(0.0, 0.0, 0.75, 1.0), "its right is on the left");
}
