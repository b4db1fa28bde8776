//! Addresses that are pasted, and the mark that opens them.

use editor::{Input, Output};
use kurbo::Point;

use crate::harness::Hand;

fn opened(hand: &mut Hand) -> bool {
    std::mem::take(&mut hand.outputs).iter().any(|output| matches!(output, Output::Page("open-link")))
}

#[test]
fn a_pasted_address_makes_a_card_that_opens_by_its_mark() {
    let mut hand = Hand::on("");
    hand.give(Input::Paste(" https://www.example.org/a/ \n".to_owned()));
    let card = hand.editor.board().shapes().next().unwrap().clone();
    assert_eq!((card.link.as_deref(), &*card.text), (Some("https://www.example.org/a/"), "example.org/a"));
    let corner = Point::new(card.local_bounds().x1 - 12.0, card.local_bounds().y0 + 12.0);
    hand.click(card.local_bounds().center().x, corner.y);
    assert!(!opened(&mut hand), "the rest of it is for moving");
    hand.click(corner.x, corner.y);
    assert!(opened(&mut hand));
    // By key, and for who only looks on.
    hand.give(Input::WriteAccess(false));
    hand.key("Alt+Enter");
    assert!(opened(&mut hand));
    hand.key("Escape");
    hand.key("Alt+Enter");
    assert!(!opened(&mut hand));
}

#[test]
fn a_pasted_address_becomes_the_link_of_what_is_selected() {
    let mut hand = Hand::on("rectangle a 0,0 100x100");
    hand.key("Mod+A");
    hand.give(Input::Paste("https://example.org".to_owned()));
    let shapes: Vec<_> = hand.editor.board().shapes().collect();
    assert_eq!(shapes.len(), 1);
    assert_eq!(shapes[0].link.as_deref(), Some("https://example.org"));
    hand.command("undo");
    assert_eq!(hand.editor.board().shapes().next().unwrap().link, None);
    hand.give(Input::PastePlain("https://example.org".to_owned()));
    assert_eq!(hand.editor.board().shapes().next_back().unwrap().link, None, "as text, if wanted so");
}
