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

#[test]
fn a_text_as_a_whole_leads_somewhere() {
    let mut hand = Hand::on("text a 100,100 \"read this\"");
    hand.key("Mod+A");
    let set = |link: &str| Input::SetStyle(board::Field::from_text("link", link).expect("a link"));
    hand.give(set("example.org/a"));
    let text = hand.editor.board().shapes().next().unwrap().clone();
    assert_eq!(text.link.as_deref(), Some("https://example.org/a"));
    let at = text.local_bounds().center();
    let on_screen = scene::ScreenPoint::new(at.x, at.y);
    assert_eq!(hand.editor.link_at(on_screen).as_deref(), Some("https://example.org/a"));
    assert_eq!(hand.editor.link_at(scene::ScreenPoint::new(500.0, 500.0)), None);
    // Letters show it, and a click alone selects.
    let picture = crate::drafts::board_picture(&mut hand.editor);
    assert!(picture.contains("stroke="), "it is underlined: {picture}");
    hand.key("Escape");
    hand.click(at.x, at.y);
    assert!(!opened(&mut hand));
    hand.key("Alt+Enter");
    assert!(opened(&mut hand));
    for broken in ["javascript:alert(1)", "data:text/html,hi", "ftp://a.example"] {
        assert_eq!(board::Field::from_text("link", broken), None, "{broken}");
    }
    hand.give(set(""));
    assert_eq!(hand.editor.link_at(on_screen), None);
}
