//! Strokes: content while they are drawn.

use editor::{Device, Output, limits};
use kurbo::Vec2;

use crate::drafts::overlay;
use crate::harness::{Hand, Pair};
use crate::script::{check, run};

fn updates(hand: &Hand) -> usize {
    hand.outputs.iter().filter(|output| matches!(output, Output::Update(_))).count()
}

#[test]
fn a_stroke_enters_the_document_in_chunks_and_is_one_step() {
    let mut hand = Hand::on("");
    hand.tool("ink");
    hand.press(0.0, 0.0);
    // 8 ms a point, half a second.
    for step in 1..=60 {
        hand.move_to(f64::from(step) * 3.0, f64::from(step * step) / 50.0);
    }
    let chunks = updates(&hand);
    assert!((3..=5).contains(&chunks), "{chunks} chunks in half a second");
    assert_eq!(hand.editor.board().len(), 1);
    hand.release(180.0, 72.0);
    assert_eq!(hand.outline(), "ink new 0,0 61 points\n");
    hand.key("Mod+Z");
    assert_eq!(hand.outline(), "");
    hand.key("Mod+Shift+Z");
    assert_eq!(hand.outline(), "ink new 0,0 61 points\n");
}

#[test]
fn the_pen_stays_in_the_hand() {
    check("", "tool ink\ndrag 0,0 50,50 90,0\ndrag 100,0 120,20", "ink new 0,0 3 points\nink new 100,0 2 points");
    check("", "tool ink\nclick 10,10", "ink new 10,10 1 points");
    check("", "tool ink\npress 0,0\nmove 50,50\nkey Escape\nrelease 50,50", "");
}

#[test]
fn a_highlighter_is_as_broad_everywhere_and_a_pen_is_not() {
    let broadest = |tool: &str, x: f64| {
        let mut hand = Hand::on("");
        hand.tool(tool);
        hand.press(100.0, 100.0);
        // Slow, then fast.
        (1..=50).for_each(|step| hand.move_to(100.0 + f64::from(step) * 2.0, 100.0));
        (1..=20).for_each(|step| hand.move_to(200.0 + f64::from(step) * 30.0, 100.0));
        hand.release(800.0, 100.0);
        let shape = hand.editor.board().shapes().next().expect("a stroke").clone();
        let outline = shape.outline();
        let inside = (-400..400).filter(|y| {
            use kurbo::Shape as _;
            outline.contains(kurbo::Point::new(x, 100.0 + f64::from(*y) / 10.0))
        });
        (inside.count() as f64 / 10.0, shape.width)
    };
    for x in [130.0, 170.0, 400.0, 700.0] {
        let (broad, width) = broadest("highlighter", x);
        assert!((broad - width).abs() < 2.0, "{broad} at {x}, {width} wanted");
    }
    assert!((broadest("ink", 170.0).0 - broadest("ink", 700.0).0).abs() > 0.3, "a pen shows how fast it went");
}

#[test]
fn a_chunk_that_was_sent_is_taken_back_by_cancelling() {
    let mut pair = Pair::on("");
    pair.a.tool("ink");
    pair.a.press(0.0, 0.0);
    pair.a.move_to(50.0, 50.0);
    pair.a.tick(limits::INK_CHUNK_MS);
    pair.exchange();
    assert_eq!(pair.b.outline(), "ink new 0,0 2 points\n");
    pair.a.key("Escape");
    pair.exchange();
    assert_eq!((pair.a.outline(), pair.b.outline()), (String::new(), String::new()));
    assert!(!pair.a.editor.chrome().can_undo);
}

#[test]
fn a_resting_pen_sends_its_chunk_by_the_clock() {
    let mut hand = Hand::on("");
    hand.tool("ink");
    hand.press(0.0, 0.0);
    let down_ms = hand.now_ms;
    hand.move_to(50.0, 50.0);
    assert_eq!(updates(&hand), 0);
    hand.now_ms = down_ms + limits::INK_CHUNK_MS;
    hand.give(editor::Input::Tick);
    assert_eq!(updates(&hand), 1);
}

#[test]
fn a_peer_sees_every_point_whichever_message_comes_first() {
    let mut pair = Pair::on("");
    pair.a.tool("ink");
    pair.a.press(0.0, 0.0);
    for step in 1..=40 {
        pair.a.move_to(f64::from(step) * 5.0, 0.0);
    }
    pair.a.tick(limits::PRESENCE_MS);
    let whole = overlay(&mut pair.a.editor);
    // The chunks are late, the drafts are not: the newest draft alone reaches back over the last chunk.
    pair.exchange_if(|output| !matches!(output, Output::Update(_)));
    assert!(overlay(&mut pair.b.editor).contains("<path"));
    let snapshot = pair.a.editor.board().snapshot().0.to_vec();
    pair.b.give(editor::Input::Merge(snapshot));
    let stroke = |picture: &str| picture.lines().find(|line| line.contains("<path")).map(str::to_owned);
    assert_eq!(stroke(&overlay(&mut pair.b.editor)), stroke(&whole));
    pair.a.release(200.0, 0.0);
    pair.exchange();
    assert_eq!(pair.b.outline(), "ink new 0,0 41 points\n");
    assert!(pair.contents_agree());
}

#[test]
fn a_long_stroke_goes_on_in_another_shape() {
    let mut hand = Hand::on("");
    hand.tool("ink");
    hand.press(0.0, 0.0);
    for step in 1..limits::INK_POINTS_PER_SHAPE + 10 {
        hand.move_to((step % 500) as f64 * 2.0, (step / 500) as f64);
    }
    hand.release(0.0, 0.0);
    assert_eq!(hand.editor.board().len(), 2);
    hand.key("Mod+Z");
    assert_eq!(hand.editor.board().len(), 0);
}

#[test]
fn zoomed_in_a_stroke_keeps_its_points_apart() {
    let mut hand = Hand::on("");
    for _ in 0..20 {
        hand.command("zoom-in");
    }
    hand.tool("ink");
    let at = |step: f64| (500.0 + step * 2.0, 400.0 + (step * 0.7).sin() * 6.0);
    hand.press(at(0.0).0, at(0.0).1);
    (1..50).for_each(|step| hand.move_to(at(f64::from(step)).0, at(f64::from(step)).1));
    hand.release(at(49.0).0, at(49.0).1);
    let shape = hand.editor.board().shapes().next().expect("a stroke");
    assert!(shape.scale.x < 0.1);
    let camera = hand.editor.camera();
    for (step, point) in shape.ink.iter().enumerate() {
        let place = shape.pos + Vec2::new(point.x * shape.scale.x, point.y * shape.scale.y);
        let seen = camera.to_screen(place);
        let drawn = at(step as f64);
        assert!(Vec2::new(seen.x - drawn.0, seen.y - drawn.1).hypot() < 1.0, "point {step}");
    }
}

#[test]
fn a_pen_presses_and_a_mouse_does_not() {
    let mut hand = Hand::on("");
    hand.device = Device::Pen;
    run(&mut hand, "tool ink");
    hand.give(pen(editor::PointerPhase::Down, 0.0, 0.2));
    hand.give(pen(editor::PointerPhase::Move, 50.0, 0.8));
    hand.give(pen(editor::PointerPhase::Up, 50.0, 0.0));
    let shape = hand.editor.board().shapes().next().expect("a stroke");
    let pressures: Vec<f64> = shape.ink.iter().map(|point| (point.pressure * 10.0).round() / 10.0).collect();
    assert_eq!(pressures, [0.2, 0.6, 0.8]);
}

/// A pen event with one place folded into it.
fn pen(phase: editor::PointerPhase, x: f64, pressure: f64) -> editor::Input {
    let at = scene::ScreenPoint::new(x, 0.0);
    let folded = (scene::ScreenPoint::new(x - 20.0, 5.0), 0.6);
    editor::Input::Pointer(editor::PointerEvent {
        phase,
        id: 1,
        at,
        pressure,
        device: Device::Pen,
        button: editor::Button::Primary,
        modifiers: editor::Modifiers::default(),
        coalesced: if phase == editor::PointerPhase::Move { vec![folded] } else { vec![] },
    })
}
