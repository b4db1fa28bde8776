//! Elbows under a hand: what a drag shows of them before it ends, and their stretches.

use board::{Field, Route, Shape, ShapeId};
use editor::Input;
use kurbo::Point;

use crate::drafts::{board_picture, overlay};
use crate::harness::{Hand, Pair};
use crate::outline::id;
use crate::script::run;

const THREE: &str = "
    rectangle a 0,200 100x100 fill=red
    rectangle b 600,200 100x100 fill=red
    rectangle c 300,500 80x80 fill=blue
";

fn elbow(hand: &mut Hand) -> ShapeId {
    run(hand, "tool arrow\ndrag 60,260 640,260");
    let arrow = hand.editor.board().shapes().next_back().expect("an arrow").id.clone();
    hand.give(Input::SetStyle(Field::Route(Route::Elbow)));
    run(hand, "key Escape");
    arrow
}

fn line<'a>(hand: &'a Hand, id: &ShapeId) -> &'a Shape {
    hand.editor.board().shape(id).expect("it")
}

fn corners(hand: &Hand, id: &ShapeId) -> Vec<Point> {
    line(hand, id).seen_corners()
}

/// A path of the route, as pictures write it.
fn as_path(corners: &[Point]) -> String {
    let places: Vec<String> = corners.iter().map(|at| format!("{} {}", at.x, at.y)).collect();
    format!("\"M{}\"", places.join("L"))
}

#[test]
fn an_elbow_shows_while_something_is_dragged_how_it_will_run() {
    let mut hand = Hand::on(THREE);
    let arrow = elbow(&mut hand);
    let straight = corners(&hand, &arrow);
    let stored = hand.editor.board().contents();
    run(&mut hand, "press 340,540\nmove 340,400\nmove 340,250");
    let shown = overlay(&mut hand.editor);
    assert!(!board_picture(&mut hand.editor).contains(&as_path(&straight)), "it has left the board's picture");
    assert_eq!(hand.editor.board().contents(), stored, "nothing is written meanwhile");
    run(&mut hand, "move 340,540");
    assert!(board_picture(&mut hand.editor).contains(&as_path(&straight)), "it is back when nothing is in its way");
    run(&mut hand, "move 340,250\nrelease 340,250");
    let around = corners(&hand, &arrow);
    assert!(around.len() > straight.len(), "{around:?}");
    assert!(shown.contains(&as_path(&around)), "{around:?} was not shown:\n{shown}");
    run(&mut hand, "key Mod+Z");
    assert_eq!(corners(&hand, &arrow), straight);
}

#[test]
fn an_elbow_that_goes_along_is_shown_around_what_it_comes_to() {
    let mut hand = Hand::on(
        "rectangle a 0,0 100x100 fill=red\nrectangle b 600,0 100x100 fill=red\nrectangle c 300,260 80x80 fill=blue",
    );
    run(&mut hand, "tool arrow\ndrag 60,60 640,60");
    let arrow = hand.editor.board().shapes().next_back().expect("an arrow").id.clone();
    hand.give(Input::SetStyle(Field::Route(Route::Elbow)));
    run(&mut hand, "key Escape\nclick 50,20\nhold shift\nclick 650,20\nclick 200,50\nhold");
    assert_eq!(hand.editor.selection().len(), 3);
    run(&mut hand, "press 50,30\nmove 50,130\nmove 50,280");
    let shown = overlay(&mut hand.editor);
    run(&mut hand, "release 50,280");
    let around = corners(&hand, &arrow);
    assert!(around.len() > 2, "{around:?}");
    assert!(shown.contains(&as_path(&around)), "{around:?}");
}

#[test]
fn both_see_the_same_route_and_a_peers_drag_shows_it() {
    let mut pair = Pair::on(THREE);
    let arrow = elbow(&mut pair.a);
    pair.exchange();
    run(&mut pair.a, "press 340,540\nmove 340,400\nmove 340,250");
    pair.a.tick(100);
    pair.exchange();
    let shown = overlay(&mut pair.b.editor);
    run(&mut pair.a, "release 340,250");
    pair.exchange();
    assert_eq!(corners(&pair.a, &arrow), corners(&pair.b, &arrow));
    assert!(shown.contains(&as_path(&corners(&pair.b, &arrow))));
    assert!(pair.contents_agree());
}

#[test]
fn the_first_and_the_last_stretch_step_aside_and_the_ends_stay() {
    for (at_start, by) in [(true, -60.0), (true, 60.0), (false, -60.0), (false, 60.0)] {
        let mut hand = Hand::on("rectangle a 0,0 100x100\nrectangle b 500,300 100x100");
        run(&mut hand, "tool arrow\ndrag 98,52 502,348");
        let arrow = hand.editor.board().shapes().next_back().expect("an arrow").id.clone();
        hand.give(Input::SetStyle(Field::Route(Route::Elbow)));
        let before = corners(&hand, &arrow);
        assert_eq!(before.len(), 4, "{before:?}");
        let (from, to) = if at_start { (before[0], before[1]) } else { (before[2], before[3]) };
        let middle = from.midpoint(to);
        run(&mut hand, &format!("drag {},{} {},{}", middle.x, middle.y, middle.x, middle.y + by));
        let after = corners(&hand, &arrow);
        assert_eq!((after[0], after[after.len() - 1]), (before[0], before[3]), "the ends stay");
        assert_eq!(after.len(), 6, "{after:?}");
        let level = after.windows(2).any(|pair| (pair[0].y - middle.y - by).abs() < 0.01 && pair[0].y == pair[1].y);
        assert!(level, "{after:?}");
        // Another stretch is dragged: the step aside still follows from the end.
        let stored = line(&hand, &arrow).via.len();
        let (near, far) = if at_start { (after[3], after[4]) } else { (after[1], after[2]) };
        let middle = near.midpoint(far);
        run(&mut hand, &format!("drag {},{} {},{}", middle.x, middle.y, middle.x + 40.0, middle.y));
        assert_eq!(line(&hand, &arrow).via.len(), stored, "{:?}", line(&hand, &arrow).via);
        run(&mut hand, "key Mod+Z\nkey Mod+Z");
        assert_eq!(corners(&hand, &arrow), before);
    }
}

#[test]
fn an_elbow_that_holds_something_is_bent_wherever_it_is_taken_hold_of() {
    let mut hand = Hand::on("rectangle a 0,0 100x100\nrectangle b 500,300 100x100");
    run(&mut hand, "tool arrow\ndrag 98,52 502,348");
    let arrow = hand.editor.board().shapes().next_back().expect("an arrow").id.clone();
    hand.give(Input::SetStyle(Field::Route(Route::Elbow)));
    run(&mut hand, "key Escape");
    let before = corners(&hand, &arrow);
    // Not its middle, where the handle is.
    let at = before[1].lerp(before[2], 0.25);
    run(&mut hand, &format!("drag {},{} {},{}", at.x, at.y, at.x + 60.0, at.y + 5.0));
    let after = corners(&hand, &arrow);
    assert_eq!((after[0], after[3]), (before[0], before[3]), "it still holds both");
    assert_eq!((after[1].x, after[2].x), (before[1].x + 60.0, before[2].x + 60.0));
    run(&mut hand, "key Mod+Z");
    assert_eq!(corners(&hand, &arrow), before);
    run(&mut hand, &format!("hold alt\ndrag {},{} {},{}\nhold", at.x, at.y, at.x + 60.0, at.y + 5.0));
    assert_eq!(hand.editor.board().len(), 4, "with Alt a copy goes");
    // One that holds nothing moves.
    let mut hand = Hand::on("");
    run(&mut hand, "tool arrow\ndrag 100,100 500,300");
    let arrow = hand.editor.board().shapes().next_back().expect("an arrow").id.clone();
    hand.give(Input::SetStyle(Field::Route(Route::Elbow)));
    let before = corners(&hand, &arrow);
    let at = before[0].lerp(before[1], 0.3);
    run(&mut hand, &format!("key Escape\ndrag {},{} {},{}", at.x, at.y, at.x + 64.0, at.y + 48.0));
    assert_eq!(corners(&hand, &arrow)[0], before[0] + kurbo::Vec2::new(64.0, 48.0));
}

#[test]
fn what_both_ends_hold_takes_a_bent_line_along() {
    let mut hand = Hand::on("rectangle a 0,0 100x100\nrectangle b 500,300 100x100\nrectangle c 0,600 100x100");
    run(&mut hand, "tool arrow\ndrag 98,52 502,348");
    let arrow = hand.editor.board().shapes().next_back().expect("an arrow").id.clone();
    hand.give(Input::SetStyle(Field::Route(Route::Elbow)));
    let middle = corners(&hand, &arrow)[1].midpoint(corners(&hand, &arrow)[2]);
    run(&mut hand, &format!("drag {},{} {},{}\nkey Escape", middle.x, middle.y, middle.x - 80.0, middle.y));
    let before = corners(&hand, &arrow);
    run(&mut hand, "click 0,20\nhold shift\nclick 600,320\nhold\npress 0,20\nmove 20,40\nmove 64,116");
    let shown = overlay(&mut hand.editor);
    run(&mut hand, "release 64,116");
    let after = corners(&hand, &arrow);
    let by = after[0] - before[0];
    assert!(by.hypot() > 50.0, "{after:?}");
    assert!(before.iter().zip(&after).all(|(before, after)| *after - *before == by), "{before:?} goes to {after:?}");
    assert!(shown.contains(&as_path(&before)), "as it was, moved: {shown}");
    run(&mut hand, "key Mod+Z");
    assert_eq!(corners(&hand, &arrow), before, "one step");
    // One end alone leaves the stretch where it was put.
    run(&mut hand, "key Escape\ndrag 0,20 30,50 64,116");
    assert_eq!(corners(&hand, &arrow)[2], before[2]);
}

/// A route of a person's own, with `quarters` of a turn around the middle of the selection.
#[test]
fn what_a_person_has_put_somewhere_is_turned_along() {
    for quarters in 1..=4_usize {
        let mut hand = Hand::on("rectangle a 0,0 100x100\nrectangle b 500,300 100x100");
        run(&mut hand, "tool arrow\ndrag 98,52 502,348");
        let arrow = hand.editor.board().shapes().next_back().expect("an arrow").id.clone();
        hand.give(Input::SetStyle(Field::Route(Route::Elbow)));
        let before = corners(&hand, &arrow);
        let middle = before[1].midpoint(before[2]);
        run(&mut hand, &format!("drag {},{} {},{}", middle.x, middle.y, middle.x - 80.0, middle.y));
        let before = corners(&hand, &arrow);
        run(&mut hand, "key Mod+A");
        let around = hand.editor.chrome().geometry.expect("a selection");
        let about = Point::new(around.x + around.width / 2.0, around.y + around.height / 2.0);
        let degrees = quarters as f64 * 90.0;
        hand.give(Input::SetGeometry(editor::GeometryField::AngleDegrees(degrees)));
        let turn = kurbo::Affine::rotate_about(degrees.to_radians(), about);
        let after = corners(&hand, &arrow);
        assert_eq!(after.len(), before.len(), "{quarters}: {after:?}");
        for (before, after) in before.iter().zip(&after) {
            assert!((turn * *before - *after).hypot() < 0.1, "{quarters}: {before} goes to {after}");
        }
        run(&mut hand, "key Mod+Z");
        assert_eq!(corners(&hand, &arrow), before);
    }
}

#[test]
fn a_crooked_turn_keeps_a_stretch_near_to_where_it_was_turned() {
    let mut hand = Hand::on("rectangle a 0,0 100x100\nrectangle b 500,300 100x100");
    run(&mut hand, "tool arrow\ndrag 98,52 502,348");
    let arrow = hand.editor.board().shapes().next_back().expect("an arrow").id.clone();
    hand.give(Input::SetStyle(Field::Route(Route::Elbow)));
    let upright = corners(&hand, &arrow);
    let middle = upright[1].midpoint(upright[2]);
    run(&mut hand, &format!("drag {},{} {},{}\nkey Mod+A", middle.x, middle.y, middle.x - 80.0, middle.y));
    let stretch = corners(&hand, &arrow)[1].midpoint(corners(&hand, &arrow)[2]);
    let around = hand.editor.chrome().geometry.expect("a selection");
    let about = Point::new(around.x + around.width / 2.0, around.y + around.height / 2.0);
    hand.give(Input::SetGeometry(editor::GeometryField::AngleDegrees(30.0)));
    let to = kurbo::Affine::rotate_about(30_f64.to_radians(), about) * stretch;
    let after = line(&hand, &arrow);
    assert_eq!(after.via[0], 0.0, "still upright");
    assert!((after.pos.x + after.via[1] - to.x).abs() < 0.01, "{:?} through {to}", after.via);
}

#[test]
fn a_straight_elbow_is_bent_by_its_only_stretch() {
    let mut hand = Hand::on("rectangle a 0,0 100x100\nrectangle b 500,0 100x100");
    run(&mut hand, "tool arrow\ndrag 98,52 502,48");
    let arrow = hand.editor.board().shapes().next_back().expect("an arrow").id.clone();
    hand.give(Input::SetStyle(Field::Route(Route::Elbow)));
    run(&mut hand, "drag 300,50 300,150");
    let after = corners(&hand, &arrow);
    assert!(after.windows(2).any(|pair| pair[0].y == 150.0 && pair[1].y == 150.0), "{after:?}");
    assert_eq!((after[0], after[after.len() - 1]), (Point::new(100.0, 50.0), Point::new(500.0, 50.0)));
}

#[test]
fn hits_and_bounds_follow_what_is_in_the_way() {
    let mut hand = Hand::on(THREE);
    let arrow = elbow(&mut hand);
    run(&mut hand, "press 340,540\nmove 340,400\nmove 340,250\nrelease 340,250\nkey Escape");
    let around = corners(&hand, &arrow);
    let detour = around.windows(2).map(|pair| pair[0].midpoint(pair[1])).find(|at| (at.y - 250.0).abs() > 30.0);
    let detour = detour.expect("a stretch beside the shape");
    run(&mut hand, &format!("click {},{}", detour.x, detour.y));
    assert_eq!(hand.editor.selection(), [arrow]);
    run(&mut hand, "key Escape");
    run(&mut hand, "click 340,250\nkey Delete");
    assert!(hand.editor.board().shape(&id("c")).is_none());
}
