//! Whatever hands do: nothing panics, everybody agrees, and undoing everything restores the board.

use editor::{COMMANDS, Device, Input, PointerEvent, PointerPhase, StyleField, TOOLS};
use proptest::prelude::*;
use scene::{Colour, ScreenPoint, Swatch};

use crate::drafts::{board_picture, overlay};
use crate::harness::{Hand, Pair};

/// One thing that a hand does; indices are taken modulo what there is.
#[derive(Clone, Debug)]
enum Act {
    Tool(usize),
    Command(usize),
    Pointer(u8, i32, f64, f64),
    Drag(f64, f64, f64, f64),
    Double(f64, f64),
    Hold(bool, bool),
    Type(String),
    EndText,
    Fill(usize),
    Width(f64),
    Paste,
    Wait(u64),
    Wheel(f64, bool),
    Device(u8),
}

fn act() -> impl Strategy<Value = Act> {
    let place = || prop_oneof![0.0..400.0, 0.0..400.0, 0.0..400.0, any::<f64>()];
    prop_oneof![
        2 => (0usize..TOOLS.len()).prop_map(Act::Tool),
        2 => (0usize..COMMANDS.len()).prop_map(Act::Command),
        4 => (0u8..5, 1i32..3, place(), place()).prop_map(|(phase, id, x, y)| Act::Pointer(phase, id, x, y)),
        6 => (0.0..400.0, 0.0..400.0, 0.0..400.0, 0.0..400.0).prop_map(|(a, b, c, d)| Act::Drag(a, b, c, d)),
        1 => (0.0..400.0, 0.0..400.0).prop_map(|(x, y)| Act::Double(x, y)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(shift, alt)| Act::Hold(shift, alt)),
        2 => "[a-c😀]{0,6}".prop_map(Act::Type),
        1 => Just(Act::EndText),
        1 => (0usize..4).prop_map(Act::Fill),
        1 => any::<f64>().prop_map(Act::Width),
        1 => Just(Act::Paste),
        2 => (0u64..400).prop_map(Act::Wait),
        1 => (-200.0..200.0, any::<bool>()).prop_map(|(by, zooms)| Act::Wheel(by, zooms)),
        1 => (0u8..3).prop_map(Act::Device),
    ]
}

fn perform(hand: &mut Hand, act: &Act) {
    match act {
        Act::Tool(index) => hand.tool(TOOLS[*index].id),
        Act::Command(index) => hand.command(COMMANDS[*index].id),
        Act::Pointer(phase, id, x, y) => {
            use PointerPhase::{Cancel, Down, Leave, Move, Up};
            hand.give(Input::Pointer(PointerEvent {
                phase: [Down, Move, Up, Cancel, Leave][usize::from(*phase)],
                id: *id,
                at: ScreenPoint::new(*x, *y),
                pressure: *x / 100.0,
                device: hand.device,
                button: editor::Button::Primary,
                modifiers: hand.held,
                coalesced: vec![(ScreenPoint::new(*y, *x), *y)],
            }));
        }
        Act::Drag(a, b, c, d) => hand.drag(&[(*a, *b), ((a + c) / 2.0, *b), (*c, *d)]),
        Act::Double(x, y) => hand.double_click(*x, *y),
        Act::Hold(shift, alt) => (hand.held.shift, hand.held.alt) = (*shift, *alt),
        Act::Type(text) => {
            if hand.editor.chrome().is_editing_text {
                hand.type_text(text);
            }
        }
        Act::EndText => hand.give(Input::TextEnded),
        Act::Fill(index) => hand.give(Input::SetStyle(StyleField::Fill(Some(Colour::Swatch(Swatch::ALL[*index]))))),
        Act::Width(width) => hand.give(Input::SetStyle(StyleField::Width(*width))),
        Act::Paste => {
            hand.give(Input::Paste(r#"{"boardwalk":1,"shapes":[{"kind":"ellipse","style":{"fill":"red"}}]}"#.into()))
        }
        Act::Wait(ms) => hand.tick(*ms),
        Act::Wheel(by, zooms) => {
            let modifiers = editor::Modifiers { ctrl: *zooms, ..hand.held };
            let at = ScreenPoint::new(100.0, 100.0);
            hand.give(Input::Wheel(editor::WheelEvent { at, delta_x: 0.0, delta_y: *by, modifiers }));
        }
        Act::Device(which) => hand.device = [Device::Mouse, Device::Pen, Device::Touch][usize::from(*which)],
    }
}

const BOARD: &str = "
    rectangle a 20,20 100x100 fill=red
    ellipse b 150,40 80x120
    arrow c 50,200 0,0 100,50
    text d 200,200 \"some words\"
    sticky e 300,300
";

proptest! {
    #[test]
    fn two_hands_agree_in_the_end(acts in prop::collection::vec((any::<bool>(), act(), any::<bool>()), 0..40)) {
        let mut pair = Pair::on(BOARD);
        for (first, act, exchange) in &acts {
            perform(if *first { &mut pair.a } else { &mut pair.b }, act);
            if *exchange {
                pair.exchange();
                board_picture(&mut pair.a.editor);
                overlay(&mut pair.b.editor);
            }
        }
        for hand in [&mut pair.a, &mut pair.b] {
            hand.give(Input::Blurred);
            hand.give(Input::TextEnded);
        }
        pair.exchange();
        prop_assert!(pair.contents_agree());
        prop_assert_eq!(outline_without_stars(&pair.a), outline_without_stars(&pair.b));
        // Every selected shape is there, and no gesture is left behind on either screen.
        for hand in [&mut pair.a, &mut pair.b] {
            prop_assert!(hand.editor.selection().iter().all(|id| hand.editor.board().shape(id).is_some()));
            hand.tick(60_000);
        }
        prop_assert_eq!(board_at_origin(&mut pair.a), board_at_origin(&mut pair.b));
    }

    #[test]
    fn undoing_everything_restores_the_board_and_redoing_restores_the_rest(acts in prop::collection::vec(act(), 0..30)) {
        let mut hand = Hand::on(BOARD);
        let before = hand.editor.board().contents();
        acts.iter().filter(|act| !matches!(act, Act::Command(index) if is_step(*index))).for_each(|act| perform(&mut hand, act));
        hand.give(Input::Blurred);
        hand.give(Input::TextEnded);
        if hand.editor.chrome().view_mode {
            hand.command("view-mode");
        }
        let after = hand.editor.board().contents();
        let mut steps = 0;
        while hand.editor.chrome().can_undo {
            hand.command("undo");
            steps += 1;
        }
        prop_assert_eq!(hand.editor.board().contents(), before);
        for _ in 0..steps {
            hand.command("redo");
        }
        prop_assert_eq!(hand.editor.board().contents(), after);
    }
}

fn is_step(index: usize) -> bool {
    ["undo", "redo"].contains(&COMMANDS[index].id)
}

fn outline_without_stars(hand: &Hand) -> String {
    hand.outline().replace(" *", "")
}

/// Nothing is lifted any more, so both paint the same board.
fn board_at_origin(hand: &mut Hand) -> String {
    let everything = kurbo::Rect::new(-1e7, -1e7, 1e7, 1e7);
    let mut painter = scene::SvgPainter::new(scene::Theme::Light, everything);
    hand.editor.paint_region(everything, &mut painter);
    painter.finish()
}
