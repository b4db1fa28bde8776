//! Who else is there.

use board::ClientId;
use editor::{Input, Output, PeerPresence, PointerPhase, Presence, limits};
use kurbo::Vec2;
use scene::{BoardPoint, Colour};

use crate::drafts::overlay;
use crate::harness::{Hand, Pair};
use crate::script::run;

fn cursors(hand: &mut Hand) -> Vec<Option<BoardPoint>> {
    let cursor = |output| match output {
        Output::Presence(Presence { cursor }) => Some(cursor),
        _ => None,
    };
    hand.take_outputs().into_iter().filter_map(cursor).collect()
}

#[test]
fn the_own_cursor_is_told_at_a_rate_and_its_last_place_always() {
    let mut hand = Hand::on("");
    hand.command("zoom-out");
    for step in 0..50 {
        hand.move_to(f64::from(step), 0.0);
    }
    let told = cursors(&mut hand).len();
    assert!((10..=14).contains(&told), "{told} cursors in 400 ms");
    hand.tick(limits::PRESENCE_MS);
    let last = hand.editor.camera().to_board(scene::ScreenPoint::new(49.0, 0.0));
    assert_eq!(cursors(&mut hand), [Some(last)]);
    hand.tick(1_000);
    assert_eq!(cursors(&mut hand), []);
    hand.pointer(PointerPhase::Leave, 1, Vec2::new(49.0, 0.0));
    assert_eq!(cursors(&mut hand), [None]);
}

#[test]
fn peers_have_names_cursors_and_selections() {
    let mut pair = Pair::on("rectangle a 0,0 100x100 fill=red");
    run(&mut pair.a, "click 50,50\nmove 70,70");
    pair.a.tick(1_000);
    pair.exchange();
    pair.b.tick(limits::CURSOR_GLIDE_MS);
    let picture = overlay(&mut pair.b.editor);
    assert!(picture.contains(">P1</text>") && picture.contains("matrix(1 0 0 1 70 70)"), "{picture}");
    // The outline of what the peer has selected, in its colour.
    assert!(picture.contains("stroke=\"#0c8599\""), "{picture}");
    let people: Vec<String> = pair.b.editor.chrome().people.into_iter().map(|person| person.name).collect();
    assert_eq!(people, ["P1"]);
    let client = pair.a.client();
    pair.b.give(Input::PeerGone { client });
    assert!(!overlay(&mut pair.b.editor).contains("<text"));
    assert_eq!(pair.b.editor.chrome().people, []);
}

#[test]
fn who_comes_later_hears_of_the_selection() {
    let mut hand = Hand::on("rectangle a 0,0 100x100 fill=red");
    run(&mut hand, "click 50,50");
    hand.tick(1_000);
    hand.take_outputs();
    let presence = PeerPresence { name: "late".into(), colour: Colour::INK, cursor: None };
    hand.give(Input::PeerPresence { client: ClientId::from_random(7), presence: presence.clone() });
    assert!(hand.outputs.iter().any(|output| matches!(output, Output::Selection(_))));
    hand.take_outputs();
    hand.tick(1_000);
    hand.give(Input::PeerPresence { client: ClientId::from_random(7), presence });
    assert!(!hand.outputs.iter().any(|output| matches!(output, Output::Selection(_))));
}

#[test]
fn names_are_cut_and_cursors_are_numbers() {
    let mut hand = Hand::on("");
    let presence = PeerPresence {
        name: format!("a\u{7}b{}", "x".repeat(1_000)),
        colour: Colour::INK,
        cursor: Some(BoardPoint::new(f64::NAN, 0.0)),
    };
    hand.give(Input::PeerPresence { client: ClientId::from_random(7), presence });
    let people = hand.editor.chrome().people;
    assert!(people[0].name.starts_with("abx") && people[0].name.chars().count() == limits::PEER_NAME_CHARS);
    assert!(!overlay(&mut hand.editor).contains("NaN"));
}

#[test]
fn a_crowd_is_bounded() {
    let mut hand = Hand::on("");
    for client in 0..limits::PEERS as u64 + 10 {
        let presence = PeerPresence { name: "x".into(), colour: Colour::INK, cursor: None };
        hand.give(Input::PeerPresence { client: ClientId::from_random(100 + client), presence });
    }
    assert_eq!(hand.editor.chrome().people.len(), limits::PEERS);
}

#[test]
fn a_large_selection_is_shown_by_its_bounds() {
    let shapes: String = (0..limits::SELECTION_IDS + 1)
        .map(|index| format!("rectangle s{index} {},0 5x5 fill=red\n", index * 10))
        .collect();
    let mut pair = Pair::on(&shapes);
    pair.a.key("Mod+A");
    pair.exchange();
    let selected = |hand: &mut Hand| overlay(&mut hand.editor).matches("stroke=\"#0c8599\"").count();
    assert_eq!(selected(&mut pair.b), 1);
    // Moving it moves the bounds.
    run(&mut pair.a, "press 2,2\nmove 2,52");
    pair.a.tick(100);
    pair.exchange();
    assert!(overlay(&mut pair.b.editor).contains("L"), "an outline");
    assert_eq!(selected(&mut pair.b), 1);
}
