//! Where the view looks: wheel, fingers, space, keys.

use editor::{Button, Device, Input, KeyPhase, Modifiers, PointerEvent, PointerPhase, WheelEvent};
use kurbo::Vec2;
use scene::{BoardPoint, Camera, ScreenPoint};

use crate::harness::{Hand, key_event};
use crate::script::run;

fn wheel(x: f64, y: f64, modifiers: Modifiers) -> Input {
    Input::Wheel(WheelEvent { at: ScreenPoint::new(100.0, 100.0), delta_x: x, delta_y: y, modifiers })
}

fn origin(camera: Camera) -> (f64, f64) {
    (camera.origin().x.round(), camera.origin().y.round())
}

#[test]
fn the_wheel_pans_and_with_control_zooms_at_the_pointer() {
    let mut hand = Hand::on("");
    hand.give(wheel(30.0, -20.0, Modifiers::default()));
    assert_eq!(origin(hand.editor.camera()), (30.0, -20.0));
    hand.give(wheel(0.0, 50.0, Modifiers { shift: true, ..Modifiers::default() }));
    assert_eq!(origin(hand.editor.camera()), (80.0, -20.0));
    let held = hand.editor.camera().to_board(ScreenPoint::new(100.0, 100.0));
    hand.give(wheel(0.0, -10.0, Modifiers { ctrl: true, ..Modifiers::default() }));
    let camera = hand.editor.camera();
    assert!((camera.zoom() - 0.1f64.exp()).abs() < 1e-9);
    assert!(camera.to_screen(held).distance(ScreenPoint::new(100.0, 100.0)) < 1e-6);
    for _ in 0..200 {
        hand.give(wheel(0.0, 1e6, Modifiers { meta: true, ..Modifiers::default() }));
    }
    assert_eq!(hand.editor.camera().zoom(), 0.01);
    hand.give(wheel(f64::NAN, 1.0, Modifiers::default()));
    hand.give(wheel(0.0, f64::INFINITY, Modifiers { ctrl: true, ..Modifiers::default() }));
    assert_eq!(hand.editor.camera().zoom(), 0.01);
}

#[test]
fn space_and_the_middle_button_lend_the_hand() {
    let mut hand = Hand::on("rectangle a 0,0 100x100 fill=red");
    hand.give(Input::Key(key_event("Space", KeyPhase::Down)));
    hand.drag(&[(50.0, 50.0), (80.0, 60.0)]);
    hand.give(Input::Key(key_event("Space", KeyPhase::Up)));
    assert_eq!(origin(hand.editor.camera()), (-30.0, -10.0));
    let middle = |phase, x: f64| {
        Input::Pointer(PointerEvent {
            phase,
            id: 1,
            at: ScreenPoint::new(x, 0.0),
            pressure: 0.5,
            device: Device::Mouse,
            button: Button::Middle,
            modifiers: Modifiers::default(),
            coalesced: vec![],
        })
    };
    hand.give(middle(PointerPhase::Down, 0.0));
    hand.give(middle(PointerPhase::Move, 30.0));
    hand.give(middle(PointerPhase::Up, 30.0));
    assert_eq!(origin(hand.editor.camera()), (-60.0, -10.0));
    assert_eq!(hand.outline(), "rectangle a 0,0 100x100 fill=red\n");
    hand.drag(&[(110.0, 60.0), (120.0, 70.0)]);
    assert_eq!(hand.outline(), "rectangle a 10,10 100x100 fill=red *\n");
}

#[test]
fn a_second_finger_voids_the_drawing_and_moves_the_view() {
    for (tool, before) in [("ink", ""), ("rectangle", ""), ("select", "rectangle a 0,0 100x100 fill=red\n")] {
        let mut hand = Hand::on(before);
        hand.device = Device::Touch;
        hand.tool(tool);
        hand.pointer(PointerPhase::Down, 1, Vec2::new(50.0, 50.0));
        hand.pointer(PointerPhase::Move, 1, Vec2::new(80.0, 50.0));
        hand.wait(200);
        hand.pointer(PointerPhase::Move, 1, Vec2::new(100.0, 50.0));
        hand.pointer(PointerPhase::Down, 2, Vec2::new(200.0, 50.0));
        hand.pointer(PointerPhase::Move, 2, Vec2::new(300.0, 50.0));
        assert_eq!(hand.editor.camera().zoom(), 2.0, "{tool}");
        hand.pointer(PointerPhase::Up, 2, Vec2::new(300.0, 50.0));
        // The finger that is left draws nothing.
        hand.pointer(PointerPhase::Move, 1, Vec2::new(300.0, 300.0));
        hand.pointer(PointerPhase::Up, 1, Vec2::new(300.0, 300.0));
        assert_eq!(hand.outline().replace(" *", ""), before, "{tool}");
        assert!(!hand.editor.chrome().can_undo, "{tool}");
        hand.tool("rectangle");
        hand.drag(&[(0.0, 0.0), (20.0, 20.0)]);
        assert_eq!(hand.editor.board().len(), before.lines().count() + 1, "{tool}");
    }
}

#[test]
fn zoom_by_keys() {
    let mut hand = Hand::on("rectangle a 1000,1000 100x100\nrectangle b 3000,1000 100x100");
    run(&mut hand, "key Mod+=");
    assert_eq!(hand.editor.camera().zoom(), 1.25);
    run(&mut hand, "key Mod+-\nkey Mod+-");
    assert_eq!(hand.editor.camera().zoom(), 0.8);
    run(&mut hand, "key Mod+0");
    assert_eq!(hand.editor.camera().zoom(), 1.0);
    run(&mut hand, "key Shift+1");
    let visible = hand.editor.camera().visible(1000.0, 800.0);
    assert!(visible.contains((1000.0, 1000.0)) && visible.contains((3099.0, 1099.0)));
    run(&mut hand, "key Mod+A\nkey Shift+2");
    assert_eq!(hand.editor.camera().visible(1000.0, 800.0), visible);
    run(&mut hand, "key Escape\nkey Tab\nkey Shift+2");
    assert_eq!(hand.editor.camera().visible(1000.0, 800.0).center(), (1050.0, 1050.0).into());
    assert_eq!(hand.editor.camera().zoom(), 1.0);
}

#[test]
fn the_hand_tool_pans() {
    let mut hand = Hand::on("rectangle a 0,0 100x100 fill=red");
    run(&mut hand, "tool hand\ndrag 50,50 70,90\ndrag 50,50 60,50");
    assert_eq!(origin(hand.editor.camera()), (-30.0, -40.0));
    assert_eq!(hand.editor.chrome().tool, "hand");
}

#[test]
fn a_map_and_links_look_at_places_and_slides_fill_the_view() {
    let mut hand = Hand::on(
        "rectangle a 0,0 100x100\nframe two 900,0 400x300\nframe one 300,10 400x300\nframe three 0,900 800x600",
    );
    hand.give(Input::LookAt { at: BoardPoint::new(5000.0, -300.0), zoom: Some(0.5) });
    let seen = |hand: &Hand| hand.editor.camera().visible(1000.0, 800.0);
    assert!(seen(&hand).center().distance((5000.0, -300.0).into()) < 1e-6);
    hand.give(Input::LookAt { at: BoardPoint::new(f64::NAN, 0.0), zoom: Some(7.0) });
    assert_eq!(hand.editor.camera().zoom(), 0.5);
    let slides = hand.editor.slides();
    assert_eq!(slides.iter().map(|slide| slide.id.as_str()).collect::<Vec<_>>(), ["one", "two", "three"]);
    hand.give(Input::Show("three".to_owned()));
    assert!(seen(&hand).contains_rect(kurbo::Rect::new(0.0, 900.0, 800.0, 1500.0)));
    let before = *hand.editor.camera().transform().as_coeffs().first().expect("six of them");
    hand.give(Input::Show("nobody".to_owned()));
    assert_eq!(hand.editor.camera().zoom(), before);
}
