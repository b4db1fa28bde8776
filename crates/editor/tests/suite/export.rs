//! Exports: what is in them, that they are true to the board, and that our own form comes back.

use editor::{Input, Scope};
use scene::{SvgPainter, Theme};

use crate::harness::Hand;

const BOARD: &str = "rectangle a 0,0 100x50\nellipse b 300,200 80x60";

fn svg(hand: &Hand, scope: Scope) -> String {
    let export = hand.editor.export(scope).expect("something to export");
    let mut painter = SvgPainter::new(Theme::Light, export.bounds);
    hand.editor.paint_export(&export, &mut painter);
    painter.finish()
}

#[test]
fn the_board_or_the_selection_is_exported() {
    let mut hand = Hand::on(BOARD);
    let all = svg(&hand, Scope::Board);
    assert!(hand.editor.export(Scope::Selection).is_none());
    hand.command("select-all");
    assert_eq!(svg(&hand, Scope::Selection), all);
    hand.click(0.0, 25.0);
    let one = hand.editor.export(Scope::Selection).expect("one shape");
    assert!(one.bounds.width() < 200.0, "{:?}", one.bounds);
    assert!(Hand::on("").editor.export(Scope::Board).is_none());
}

#[test]
fn our_own_form_comes_back_as_the_same_picture() {
    let hand = Hand::on(BOARD);
    let export = hand.editor.export(Scope::Board).expect("shapes");
    let text = hand.editor.export_json(&export);
    let mut other = Hand::on("");
    other.give(Input::Paste(text));
    let again = other.editor.export(Scope::Board).expect("shapes");
    assert_eq!(other.editor.board().len(), 2);
    assert_eq!(again.bounds.size(), export.bounds.size());
    assert!(text_of(&other).contains("rectangle"));
}

fn text_of(hand: &Hand) -> String {
    hand.editor.export_json(&hand.editor.export(Scope::Board).expect("shapes"))
}

#[test]
fn a_table_becomes_a_grid_unless_it_is_pasted_plainly() {
    let mut hand = Hand::on("");
    hand.give(Input::Paste("Name\tRole\nAda\tAuthor of notes\n".to_owned()));
    let boxes: Vec<_> = hand.editor.board().shapes().cloned().collect();
    assert_eq!(
        boxes.iter().map(|shape| shape.text.as_ref()).collect::<Vec<_>>(),
        ["Name", "Role", "Ada", "Author of notes"]
    );
    assert_eq!(boxes[0].local_bounds().x1, boxes[1].local_bounds().x0);
    assert_eq!(boxes[0].local_bounds().y1, boxes[2].local_bounds().y0);
    assert_eq!(boxes[0].groups, boxes[3].groups);
    hand.command("undo");
    hand.give(Input::PastePlain("Name\tRole\nAda\tAuthor".to_owned()));
    assert_eq!(hand.editor.board().len(), 1);
}

#[test]
fn our_own_form_is_plain_text_where_that_is_asked_for() {
    let hand = Hand::on(BOARD);
    let text = hand.editor.export_json(&hand.editor.export(Scope::Board).expect("shapes"));
    let mut other = Hand::on("");
    other.give(Input::PastePlain(text.clone()));
    let shapes: Vec<_> = other.editor.board().shapes().collect();
    assert_eq!((shapes.len(), shapes[0].text.as_ref()), (1, text.as_str()));
}

#[test]
fn only_what_is_written_is_copied_as_text() {
    let mut hand = Hand::on("rectangle a 0,0 100x100\ntext b 200,0 \"first\"\ntext c 200,50 \"second\"");
    hand.key("Mod+A");
    hand.command("copy-text");
    let copied = hand.outputs.iter().find_map(|output| match output {
        editor::Output::Clipboard(text) => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(copied, Some("first\nsecond"));
}
