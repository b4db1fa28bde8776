//! Groups, locks, layouts, flips, copies and snapping: what many shapes do together.

use board::Kind;
use editor::{GeometryField, Input};
use kurbo::{Affine, ParamCurve, Point};

use crate::harness::{Hand, Pair};
use crate::outline::id;
use crate::script::{check, run};

const THREE: &str = "
    rectangle a 0,0 100x100 fill=red
    rectangle b 200,30 50x50 fill=red
    rectangle c 400,200 100x20 fill=red
";

/// Where shapes are after a script, as `a 0,0 b 200,30 …`.
fn places(before: &str, script: &str) -> String {
    let mut hand = Hand::on(before);
    run(&mut hand, script);
    let mut shapes: Vec<_> = hand.editor.board().shapes().collect();
    shapes.sort_by(|a, b| a.id.cmp(&b.id));
    let place = |shape: &&board::Shape| format!("{} {},{}", shape.id, shape.pos.x.round(), shape.pos.y.round());
    shapes.iter().map(place).collect::<Vec<_>>().join(" ")
}

#[test]
fn aligning_and_distributing() {
    let table = [
        ("align-left", "a 0,0 b 0,30 c 0,200"),
        ("align-centre", "a 200,0 b 225,30 c 200,200"),
        ("align-right", "a 400,0 b 450,30 c 400,200"),
        ("align-top", "a 0,0 b 200,0 c 400,0"),
        ("align-middle", "a 0,60 b 200,85 c 400,100"),
        ("align-bottom", "a 0,120 b 200,170 c 400,200"),
        ("distribute-across", "a 0,0 b 225,30 c 400,200"),
        ("distribute-down", "a 0,0 b 200,125 c 400,200"),
        ("stack-across", "a 0,0 b 124,30 c 198,200"),
        ("pack", "a 0,0 b 0,124 c 0,198"),
        ("tidy", "a 0,0 b 124,0 c 0,124"),
    ];
    for (command, after) in table {
        assert_eq!(places(THREE, &format!("key Mod+A\ncommand {command}")), after, "{command}");
        let undone = places(THREE, &format!("key Mod+A\ncommand {command}\nkey Mod+Z"));
        assert_eq!(undone, "a 0,0 b 200,30 c 400,200", "undo of {command}");
    }
    // One shape has nothing to be aligned with.
    assert_eq!(places(THREE, "click 50,50\ncommand align-right"), "a 0,0 b 200,30 c 400,200");
}

#[test]
fn stretching() {
    check(
        "rectangle a 0,0 100x100\nrectangle b 200,30 50x50",
        "key Mod+A\ncommand stretch-down",
        "rectangle a 0,0 100x100 *\nrectangle b 200,0 50x100 *",
    );
}

#[test]
fn flipping_mirrors_places_and_turns() {
    check(
        "rectangle a 0,0 100x100\nrectangle b 200,0 50x50 angle=30",
        "key Mod+A\nkey Shift+H\nkey Shift+H",
        "rectangle a 0,0 100x100 *\nrectangle b 200,0 50x50 angle=30 *",
    );
    let mut hand = Hand::on("line a 0,0 0,0 100,40");
    run(&mut hand, "click 50,20\nkey Shift+V");
    let ends = hand.editor.board().shape(&id("a")).map(board::Shape::board_points);
    assert_eq!(ends, Some(vec![(0.0, 40.0).into(), (100.0, 0.0).into()]));
    assert_eq!(places(THREE, "key Mod+A\nkey Shift+H"), "a 400,0 b 250,30 c 0,200");
}

#[test]
fn a_group_is_one_thing_to_a_click() {
    let selected = |script: &str| {
        let mut hand = Hand::on(THREE);
        run(&mut hand, &format!("click 50,50\nhold shift\nclick 220,50\nhold\nkey Mod+G\nclick 600,600\n{script}"));
        let mut ids: Vec<String> = hand.editor.selection().iter().map(ToString::to_string).collect();
        ids.sort();
        ids.join(" ")
    };
    assert_eq!(selected("click 50,50"), "a b");
    assert_eq!(selected("click 50,50\nclick 220,50"), "a b");
    assert_eq!(selected("double 50,50"), "a");
    // Within the group a click means its shapes.
    assert_eq!(selected("double 50,50\nclick 220,50"), "b");
    assert_eq!(selected("hold ctrl\nclick 50,50"), "a");
    assert_eq!(selected("click 450,210\nhold shift\nclick 50,50"), "a b c");
    assert_eq!(selected("click 450,210\nhold shift\nclick 50,50\nclick 220,50"), "c");
    assert_eq!(selected("drag 600,300 230,60"), "a b c");
    assert_eq!(selected("click 50,50\nkey Mod+Shift+G\nclick 600,600\nclick 50,50"), "a");
    assert_eq!(selected("click 50,50\nkey Mod+Shift+G\nkey Mod+Z\nclick 600,600\nclick 50,50"), "a b");
}

#[test]
fn groups_in_groups_open_one_by_one() {
    let mut hand = Hand::on(THREE);
    run(&mut hand, "click 50,50\nhold shift\nclick 220,50\nhold\nkey Mod+G\nkey Mod+A\nkey Mod+G\nclick 600,600");
    let mut steps = vec![];
    for script in ["click 50,50", "double 50,50", "double 50,50"] {
        run(&mut hand, script);
        steps.push(hand.editor.selection().len());
    }
    assert_eq!(steps, [3, 2, 1]);
    // A group moves as one when things are aligned.
    assert_eq!(
        places(THREE, "click 50,50\nhold shift\nclick 220,50\nhold\nkey Mod+G\nkey Mod+A\ncommand align-right"),
        "a 250,0 b 450,30 c 400,200"
    );
}

#[test]
fn grouping_at_once_makes_no_circle() {
    let mut pair = Pair::on(THREE);
    run(&mut pair.a, "click 50,50\nhold shift\nclick 220,50\nhold\nkey Mod+G");
    run(&mut pair.b, "click 220,50\nhold shift\nclick 450,210\nhold\nkey Mod+G");
    pair.exchange();
    assert!(pair.contents_agree());
    for hand in [&mut pair.a, &mut pair.b] {
        run(hand, "click 600,600\nclick 220,50");
        assert!(!hand.editor.selection().is_empty());
    }
    assert_eq!(pair.a.editor.selection(), pair.b.editor.selection());
}

#[test]
fn what_is_locked_stays() {
    let locked = "click 50,50\nkey Mod+Shift+L\n";
    assert_eq!(places(THREE, &format!("{locked}drag 50,50 90,90")), "a 0,0 b 200,30 c 400,200");
    assert_eq!(places(THREE, &format!("{locked}key ArrowRight")), "a 0,0 b 200,30 c 400,200");
    assert_eq!(places(THREE, &format!("{locked}key Delete")), "a 0,0 b 200,30 c 400,200");
    assert_eq!(places(THREE, &format!("{locked}tool eraser\ndrag 20,20 80,80")), "a 0,0 b 200,30 c 400,200");
    assert_eq!(places(THREE, &format!("{locked}key Mod+A\nkey ArrowRight")), "a 0,0 b 201,30 c 401,200");
    assert_eq!(places(THREE, &format!("{locked}command unlock-all\nkey ArrowRight")), "a 1,0 b 200,30 c 400,200");
    assert_eq!(places(THREE, &format!("{locked}key Mod+Shift+L\nkey ArrowRight")), "a 1,0 b 200,30 c 400,200");
}

#[test]
fn copies_repeat_their_offset() {
    let table = [
        ("click 50,50\nkey Mod+D\nkey Mod+D", [(0.0, 0.0), (16.0, 16.0), (32.0, 32.0)]),
        ("click 50,50\nkey Mod+D\ndrag 60,60 60,356\nkey Mod+D", [(0.0, 0.0), (16.0, 312.0), (32.0, 624.0)]),
        ("click 50,50\nhold alt\ndrag 50,50 50,350\nhold\nkey Mod+D", [(0.0, 0.0), (0.0, 300.0), (0.0, 600.0)]),
    ];
    for (script, after) in table {
        let mut hand = Hand::on("rectangle a 0,0 100x100 fill=red");
        run(&mut hand, script);
        let places: Vec<(f64, f64)> = hand.editor.board().shapes().map(|shape| (shape.pos.x, shape.pos.y)).collect();
        assert_eq!(places, after, "{script}");
    }
}

#[test]
fn pasting_again_goes_aside() {
    let mut hand = Hand::on("");
    run(&mut hand, "move 300,300\npaste words\npaste words\npaste words");
    let places: Vec<f64> = hand.editor.board().shapes().map(|shape| shape.pos.x).collect();
    assert_eq!([places[1] - places[0], places[2] - places[1]], [16.0, 16.0]);
}

#[test]
fn drags_snap_to_neighbours_and_mod_suspends_it() {
    let two = "rectangle a 0,0 100x100 fill=red\nrectangle b 300,300 50x50 fill=red";
    let snapped = "rectangle a 0,0 100x100 fill=red\nrectangle b 100,150 50x50 fill=red *";
    check(two, "drag 310,310 113,160", snapped);
    let free = "rectangle a 0,0 100x100 fill=red\nrectangle b 103,150 50x50 fill=red *";
    check(two, "press 310,310\nhold ctrl\nmove 113,160\nrelease 113,160", free);
    check(two, "command toggle-snapping\ndrag 310,310 113,160", free);
    check(
        "rectangle a 0,0 100x100 fill=red\nrectangle b 300,20 50x30 fill=red",
        "click 310,30\ndrag 350,50 380,97",
        "rectangle a 0,0 100x100 fill=red\nrectangle b 300,20 80x80 fill=red *",
    );
    check(
        "rectangle a 0,0 100x100 fill=red",
        "command toggle-grid\ndrag 50,50 83,50",
        "rectangle a 24,0 100x100 fill=red *",
    );
}

#[test]
fn an_outline_moves_and_a_handle_resizes() {
    let one = "rectangle a 100,100 200x200";
    check(one, "click 100,140\ndrag 100,140 150,140", "rectangle a 150,100 200x200 *");
    check(one, "click 100,140\ndrag 100,200 150,200", "rectangle a 150,100 150x200 *");
    check(one, "click 100,140\ndrag 140,300 140,340", "rectangle a 100,140 200x200 *");
}

#[test]
fn numbers_move_resize_and_turn() {
    let one = "rectangle a 10,20 100x50";
    let table = [
        (GeometryField::X(40.0), "40,20 100x50"),
        (GeometryField::Y(0.0), "10,0 100x50"),
        (GeometryField::Width(60.0), "10,20 60x50"),
        (GeometryField::Height(70.0), "10,20 100x70"),
        (GeometryField::AngleDegrees(90.0), "10,20 100x50 angle=90"),
        (GeometryField::Width(f64::NAN), "10,20 100x50"),
        (GeometryField::Height(-4.0), "10,20 100x50"),
    ];
    for (field, after) in table {
        let mut hand = Hand::on(one);
        run(&mut hand, "click 10,40");
        hand.give(Input::SetGeometry(field));
        assert_eq!(hand.outline(), format!("rectangle a {after} *\n"), "{field:?}");
    }
}

#[test]
fn a_peer_may_delete_or_lock_what_is_dragged() {
    let mut pair = Pair::on(THREE);
    run(&mut pair.a, "press 50,50\nmove 90,90");
    run(&mut pair.b, "click 50,50\nkey Mod+Shift+L");
    pair.exchange();
    run(&mut pair.a, "move 95,95\nrelease 95,95");
    pair.exchange();
    assert!(pair.contents_agree());
    assert_eq!(pair.a.editor.board().shape(&id("a")).map(|shape| shape.pos.x), Some(0.0));
}

#[test]
fn a_copy_of_a_group_is_a_group_of_its_own() {
    let mut hand = Hand::on(THREE);
    run(&mut hand, "click 50,50\nhold shift\nclick 220,50\nhold\nkey Mod+G\nkey Mod+D\nkey Escape\nclick 20,10");
    assert_eq!(hand.editor.selection().len(), 2);
    run(&mut hand, "key Mod+A\nkey Escape\nclick 110,110");
    assert_eq!(hand.editor.selection().len(), 2);
    assert!(!hand.editor.selection().contains(&id("a")));
}

#[test]
fn a_style_goes_from_one_shape_to_others_in_one_step() {
    let mut hand = Hand::on(THREE);
    run(&mut hand, "click 50,50\nstroke blue\nwidth 7\nkey Mod+Alt+C\nclick 220,50\nkey Mod+Alt+V");
    let look = |hand: &Hand| hand.editor.board().shape(&id("b")).map(|shape| (shape.stroke.to_string(), shape.width));
    assert_eq!(look(&hand), Some(("blue".to_owned(), 7.0)));
    run(&mut hand, "key Mod+Z");
    assert_eq!(look(&hand), Some(("ink".to_owned(), 2.0)));
}

#[test]
fn flipping_mirrors_every_closed_kind_but_not_its_letters() {
    let middles = |path: kurbo::BezPath| {
        let middles: Vec<Point> = path.segments().map(|segment| segment.eval(0.5)).collect();
        middles
    };
    for kind in Kind::CLOSED {
        for (command, mirror) in [
            ("flip-across", Affine::new([-1.0, 0.0, 0.0, 1.0, 100.0, 0.0])),
            ("flip-down", Affine::new([1.0, 0.0, 0.0, -1.0, 0.0, 60.0])),
        ] {
            let mut hand = Hand::on(&format!("{} a 0,0 100x60 \"hi\"", kind.name()));
            let look = |hand: &Hand| {
                let shape = hand.editor.board().shape(&id("a")).expect("it is there");
                (middles(shape.outline()), shape.placed_text().expect("a label").rect().center())
            };
            let (before, label) = look(&hand);
            run(&mut hand, &format!("key Mod+A\ncommand {command}"));
            let (after, moved) = look(&hand);
            assert!((mirror * label).distance(moved) < 1e-6, "{kind:?} {command}: {moved:?}");
            let near = |pair: (&Point, &Point)| (mirror * *pair.0).distance(*pair.1) < 1e-6;
            assert!(before.iter().zip(&after).all(near), "{kind:?} {command}");
            run(&mut hand, &format!("command {command}"));
            assert_eq!(look(&hand), (before, label), "{kind:?} {command} twice");
        }
    }
}
