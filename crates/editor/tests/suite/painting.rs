//! What is painted where, and when again.

use editor::{Damage, Output, Repaint};
use kurbo::Rect;
use scene::{SvgPainter, Theme};

use crate::drafts::{board_picture, overlay};
use crate::harness::Hand;
use crate::script::run;

const THREE: &str = "
    rectangle a 0,0 100x100 fill=red
    ellipse b 300,0 100x100 fill=blue
    diamond c 5000,0 100x100 fill=green
";

#[test]
fn only_what_is_seen_is_painted_lowest_first() {
    let mut hand = Hand::on(THREE);
    let picture = board_picture(&mut hand.editor);
    let at = |colour: &str| picture.find(colour);
    assert!(at("#db3b3b") < at("#1c7ed6") && at("#db3b3b").is_some());
    assert_eq!(at("#2b9348"), None);
    let mut painter = SvgPainter::new(Theme::Light, Rect::new(0.0, 0.0, 1.0, 1.0));
    hand.editor.paint_region(Rect::new(4990.0, 0.0, 5010.0, 20.0), &mut painter);
    let tile = painter.finish();
    assert!(tile.contains("#2b9348") && !tile.contains("#db3b3b"));
}

/// Such a stroke stored a colour of its own once; the dark mirrors what is stored, and yellow became brown.
#[test]
fn a_highlighter_of_any_age_marks_in_the_dark() {
    let old = r##"{"boardwalk":1,"shapes":[{"kind":"ink","pos":[10,10],"ink":[[0,0,0.5],[200,0,0.5]],"style":{"stroke":"#ffd43b80","width":"22"}},
        {"kind":"ink","pos":[10,90],"ink":[[0,0,0.5],[200,0,0.5]],"style":{"stroke":"#ffd43b","width":"22","opacity":"0.5"}},
        {"kind":"ink","pos":[10,160],"ink":[[0,0,0.5],[200,0,0.5]],"style":{"stroke":"#ffd43b"}}]}"##;
    let mut hand = Hand::on("");
    hand.give(editor::Input::Paste(old.to_owned()));
    assert_eq!(hand.editor.board().len(), 3);
    let mut painter = SvgPainter::new(Theme::Dark, Rect::new(0.0, 0.0, 1000.0, 800.0));
    hand.editor.paint_region(Rect::new(0.0, 0.0, 1000.0, 800.0), &mut painter);
    let picture = painter.finish();
    assert_eq!(picture.matches("#ffd43b").count(), 2, "what marks, not what draws: {picture}");
}

fn damage(hand: &mut Hand) -> (Damage, bool) {
    let mut all = Repaint::default();
    for output in hand.take_outputs() {
        if let Output::Repaint(repaint) = output {
            all.board.join(repaint.board);
            all.overlay |= repaint.overlay;
        }
    }
    (all.board, all.overlay)
}

fn none() -> Damage {
    Damage::default()
}

fn regions(regions: &[Rect]) -> Damage {
    Damage { regions: regions.to_vec(), ..Damage::default() }
}

#[test]
fn only_what_changed_is_painted_again() {
    let mut hand = Hand::on(THREE);
    hand.move_to(600.0, 600.0);
    assert_eq!(damage(&mut hand), (none(), false));
    // What a click would select is outlined.
    hand.move_to(50.0, 50.0);
    assert_eq!(damage(&mut hand), (none(), true));
    hand.move_to(51.0, 50.0);
    assert_eq!(damage(&mut hand), (none(), false));
    hand.press(50.0, 50.0);
    assert_eq!(damage(&mut hand), (none(), true));
    // Lifted off the board, then moved over it, then put down.
    hand.move_to(60.0, 60.0);
    assert_eq!(damage(&mut hand), (regions(&[Rect::new(-1.0, -1.0, 101.0, 101.0)]), true));
    hand.move_to(70.0, 70.0);
    assert_eq!(damage(&mut hand), (none(), true));
    hand.release(70.0, 70.0);
    let (put_down, apart) = ([Rect::new(19.0, 19.0, 121.0, 121.0)], [Rect::new(-1.0, -1.0, 121.0, 121.0)]);
    assert_eq!(damage(&mut hand), (Damage { apart: apart.to_vec(), ..regions(&put_down) }, true));
    run(&mut hand, "key Mod+=");
    assert_eq!(damage(&mut hand), (Damage { view: true, ..none() }, true));
    run(&mut hand, "move 400,400");
    assert_eq!(damage(&mut hand).0, none());
}

#[test]
fn the_overlay_of_a_selection() {
    let mut hand = Hand::on(THREE);
    run(&mut hand, "click 50,50");
    insta::assert_snapshot!(overlay(&mut hand.editor));
}

#[test]
fn the_overlay_of_a_line_and_of_a_marquee() {
    let mut hand = Hand::on("line a 10,10 0,0 100,50");
    run(&mut hand, "click 60,35");
    insta::assert_snapshot!("line", overlay(&mut hand.editor));
    run(&mut hand, "press 300,300\nmove 400,350");
    insta::assert_snapshot!("marquee", overlay(&mut hand.editor));
}
