//! Being in one room: following, leading, pointing, and what is believed of what others say.

use board::{ClientId, ShapeId};
use editor::{Input, Output, OwnStance, PeerPresence, PlacedNote, Stance, limits};
use kurbo::Rect;
use scene::{BoardPoint, Colour};

use crate::drafts::overlay;
use crate::harness::Hand;
use crate::script::run;

const VIEW: Rect = Rect::new(1_000.0, 1_000.0, 1_800.0, 1_600.0);

fn peer() -> ClientId {
    ClientId::from_random(7)
}

fn says(hand: &mut Hand, stance: Stance) {
    hand.give(Input::PeerStance { client: peer(), stance });
}

fn is_at(hand: &mut Hand, x: f64, y: f64) {
    let cursor = Some(BoardPoint::new(x, y));
    let presence = PeerPresence { name: "Bo".into(), colour: Colour::INK, cursor };
    hand.give(Input::PeerPresence { client: peer(), presence });
}

fn stances(hand: &mut Hand) -> Vec<OwnStance> {
    let stance = |output| match output {
        Output::Stance(stance) => Some(stance),
        _ => None,
    };
    hand.take_outputs().into_iter().filter_map(stance).collect()
}

/// The middle of what is in view.
fn middle(hand: &Hand) -> (f64, f64) {
    let view = hand.editor.camera().visible(800.0, 600.0);
    (view.center().x.round(), view.center().y.round())
}

fn hand() -> Hand {
    let mut hand = Hand::on("");
    hand.give(Input::ViewResized { width_px: 800.0, height_px: 600.0 });
    is_at(&mut hand, 0.0, 0.0);
    hand
}

#[test]
fn the_view_follows_until_one_moves_by_oneself() {
    for (script, follows) in [("", true), ("click 10,10", false), ("key Mod+=", false)] {
        let mut hand = hand();
        says(&mut hand, Stance { view: Some(VIEW), ..Stance::default() });
        hand.give(Input::Follow(Some(peer())));
        assert_eq!(middle(&hand), (1_400.0, 1_300.0));
        run(&mut hand, script);
        says(&mut hand, Stance { view: Some(VIEW + kurbo::Vec2::new(100.0, 0.0)), ..Stance::default() });
        hand.tick(limits::CURSOR_GLIDE_MS);
        assert_eq!(hand.editor.following().is_some(), follows, "{script}");
        assert_eq!(middle(&hand).0 == 1_500.0, follows, "{script}");
    }
    let mut hand = hand();
    hand.give(Input::Follow(Some(ClientId::from_random(99))));
    assert_eq!(hand.editor.following(), None, "nobody is there");
    hand.give(Input::Follow(Some(peer())));
    hand.give(Input::PeerGone { client: peer() });
    assert_eq!(hand.editor.following(), None, "who has gone is not followed");
}

#[test]
fn who_leads_takes_everybody_along_once() {
    let mut hand = hand();
    let leads = |number| Stance { view: Some(VIEW), leads: number, ..Stance::default() };
    says(&mut hand, leads(Some(1)));
    assert_eq!(hand.editor.chrome().following, Some(peer()));
    run(&mut hand, "click 10,10");
    says(&mut hand, leads(Some(1)));
    assert_eq!(hand.editor.following(), None, "who has left is left alone");
    says(&mut hand, leads(Some(2)));
    assert_eq!(hand.editor.following(), Some(peer()), "asked anew");
    says(&mut hand, leads(None));
    assert_eq!(hand.editor.following(), None, "it is over");
}

#[test]
fn who_follows_says_nothing_of_their_view() {
    let mut hand = hand();
    hand.tick(1_000);
    assert!(stances(&mut hand).iter().all(|stance| stance.view.is_some()));
    says(&mut hand, Stance { view: Some(VIEW), ..Stance::default() });
    hand.give(Input::Follow(Some(peer())));
    hand.tick(1_000);
    assert_eq!(stances(&mut hand), [OwnStance::default()]);
}

#[test]
fn views_are_told_at_a_rate() {
    let mut hand = hand();
    hand.tick(1_000);
    hand.take_outputs();
    for _ in 0..30 {
        hand.command("zoom-out");
        hand.tick(5);
    }
    let told = stances(&mut hand).len();
    assert!((1..=8).contains(&told), "{told} in 150 ms and some steps");
}

#[test]
fn what_is_out_of_bounds_was_not_said() {
    let mut hand = hand();
    for view in [
        Rect::new(f64::NAN, 0.0, 1.0, 1.0),
        Rect::new(0.0, 0.0, f64::INFINITY, 1.0),
        Rect::new(0.0, 0.0, 1e300, 1e300),
        Rect::new(10.0, 10.0, 0.0, 0.0),
        Rect::ZERO,
    ] {
        says(&mut hand, Stance { view: Some(view), ..Stance::default() });
        hand.give(Input::Follow(Some(peer())));
        assert_eq!((hand.editor.peer_views().count(), middle(&hand)), (0, (400.0, 300.0)), "{view:?}");
    }
    hand.give(Input::Follow(None));
    says(&mut hand, Stance { view: Some(VIEW), says: format!("a\u{7}{}", "b".repeat(500)), ..Stance::default() });
    assert_eq!(hand.editor.peer_views().next().map(|(view, _, name)| (view, name)), Some((VIEW, "Bo")));
    let picture = overlay(&mut hand.editor);
    assert!(picture.contains(&format!("a{}<", "b".repeat(limits::SAID_CHARS - 1))), "{picture}");
    hand.take_outputs();
    says(&mut hand, Stance { reacts: Some((1, "<img>".to_owned())), ..Stance::default() });
    says(&mut hand, Stance { reacts: Some((2, "heart".to_owned())), ..Stance::default() });
    says(&mut hand, Stance { reacts: Some((2, "heart".to_owned())), ..Stance::default() });
    let reactions = hand.take_outputs().into_iter().filter(|output| matches!(output, Output::Reaction { .. }));
    assert_eq!(reactions.count(), 1, "one that there is, once");
}

#[test]
fn cursors_glide_from_sample_to_sample_unless_motion_is_unwanted() {
    let mut hand = hand();
    is_at(&mut hand, 0.0, 100.0);
    hand.tick(limits::CURSOR_GLIDE_MS / 2);
    assert!(overlay(&mut hand.editor).contains("matrix(1 0 0 1 0 50)"), "{}", overlay(&mut hand.editor));
    hand.tick(limits::CURSOR_GLIDE_MS);
    assert!(overlay(&mut hand.editor).contains("matrix(1 0 0 1 0 100)"));
    hand.give(Input::CalmMotion(true));
    is_at(&mut hand, 0.0, 200.0);
    assert!(overlay(&mut hand.editor).contains("matrix(1 0 0 1 0 200)"));
}

#[test]
fn the_view_glides_behind_whom_it_follows_unless_motion_is_unwanted() {
    let moved = |by: f64| Stance { view: Some(VIEW + kurbo::Vec2::new(by, 0.0)), ..Stance::default() };
    let mut hand = hand();
    says(&mut hand, moved(0.0));
    hand.give(Input::Follow(Some(peer())));
    says(&mut hand, moved(100.0));
    assert_eq!(middle(&hand).0, 1_400.0, "it begins where it was");
    let (mut seen, frame_ms) = (vec![], limits::CURSOR_FRAME_MS);
    for _ in 0..limits::CURSOR_GLIDE_MS.div_ceil(frame_ms) + 1 {
        hand.tick(frame_ms);
        seen.push(middle(&hand).0);
    }
    assert!(seen.is_sorted() && seen[0] > 1_400.0 && seen[0] < 1_500.0, "{seen:?}");
    assert_eq!(seen.last(), Some(&1_500.0));
    says(&mut hand, moved(200.0));
    hand.tick(limits::CURSOR_GLIDE_MS / 2);
    let half_way = middle(&hand).0;
    says(&mut hand, moved(0.0));
    assert_eq!(middle(&hand).0, half_way, "it turns where it is");
    hand.take_outputs();
    run(&mut hand, "click 10,10");
    let alone = middle(&hand);
    hand.tick(limits::CURSOR_GLIDE_MS);
    assert_eq!(middle(&hand), alone, "who goes alone is not taken along any further");
    hand.give(Input::CalmMotion(true));
    hand.give(Input::Follow(Some(peer())));
    says(&mut hand, moved(300.0));
    assert_eq!(middle(&hand).0, 1_700.0);
}

#[test]
fn what_others_have_selected_is_not_to_be_seen_in_a_presentation() {
    let mut hand = Hand::on("rectangle r 100,100 50x50 fill=red");
    is_at(&mut hand, 0.0, 0.0);
    let mut other = Hand::on("rectangle r 100,100 50x50 fill=red");
    run(&mut other, "click 125,125");
    other.tick(1_000);
    for output in other.take_outputs() {
        if let Output::Selection(bytes) = output {
            hand.give(Input::PeerSelection { client: peer(), bytes });
        }
    }
    let with = overlay(&mut hand.editor);
    hand.give(Input::HidePeerSelections(true));
    let without = overlay(&mut hand.editor);
    assert!(without.len() < with.len(), "the outline is gone:\n{without}");
    hand.give(Input::HidePeerSelections(false));
    assert_eq!(overlay(&mut hand.editor), with);
}

#[test]
fn who_may_only_look_points_with_their_cursor() {
    let mut looking = hand();
    looking.give(Input::WriteAccess(false));
    looking.tick(1_000);
    looking.take_outputs();
    run(&mut looking, "tool laser\npress 100,100\nmove 200,100");
    looking.tick(1_000);
    assert!(stances(&mut looking).iter().any(|stance| stance.points));

    let mut watching = hand();
    says(&mut watching, Stance { points: true, ..Stance::default() });
    let before = overlay(&mut watching.editor).matches("<path").count();
    for x in [100.0, 200.0, 300.0] {
        is_at(&mut watching, x, 100.0);
    }
    let lines = overlay(&mut watching.editor).matches("<path").count() - before;
    assert_eq!(lines, 2, "three samples, two lines");
}

#[test]
fn private_notes_become_shapes_only_when_they_are_placed() {
    let mut hand = hand();
    hand.give(Input::KeepNotesPrivate(true));
    run(&mut hand, "key n\nclick 300,200");
    let asked: Vec<BoardPoint> = hand
        .take_outputs()
        .into_iter()
        .filter_map(|output| match output {
            Output::PrivateNote(at) => Some(at),
            _ => None,
        })
        .collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(hand.editor.board().len(), 0, "nothing of it is in the document");
    let note = |text: &str| PlacedNote {
        id: ShapeId::from_random(9),
        at: asked[0],
        text: text.to_owned(),
        author: "Bo".to_owned(),
    };
    hand.give(Input::PlaceNotes(vec![note("one")]));
    hand.give(Input::PlaceNotes(vec![note("again")]));
    let shapes: Vec<_> =
        hand.editor.board().shapes().map(|shape| (shape.text.to_string(), shape.author.clone())).collect();
    assert_eq!(shapes, [("one".to_owned(), Some("Bo".into()))], "what is there stays");
    run(&mut hand, "key Mod+Z");
    assert_eq!(hand.editor.board().len(), 0, "one step");
    hand.give(Input::KeepNotesPrivate(false));
    run(&mut hand, "key n\nclick 300,200");
    assert_eq!(hand.editor.board().len(), 1);
}

/// Gives one hand what another has done.
fn tell(from: &mut Hand, to: &mut Hand) {
    for output in from.take_outputs() {
        if let Output::Update(update) = output {
            to.give(Input::Merge(update.0.to_vec()));
        }
    }
}

#[test]
fn who_writes_on_a_note_that_is_revealed_goes_on_in_its_shape() {
    let note = |text: &str| PlacedNote {
        id: ShapeId::from_random(1),
        at: BoardPoint::new(100.0, 100.0),
        text: text.to_owned(),
        author: "Bo".to_owned(),
    };
    let (mut author, mut revealer) = (hand(), Hand::on(""));
    author.give(Input::WriteOn(Some((ShapeId::from_random(1), 3))));
    author.give(Input::FinishNotes(vec![note("one two")]));
    author.give(Input::WriteOn(Some((ShapeId::from_random(1), 4))));
    let session = |hand: &mut Hand| {
        let session = |output| match output {
            Output::EditText(session) => Some(session),
            _ => None,
        };
        hand.take_outputs().into_iter().find_map(session)
    };
    assert_eq!(session(&mut author), None, "it is not there yet");
    revealer.give(Input::PlaceNotes(vec![note("one")]));
    tell(&mut revealer, &mut author);
    let begun = session(&mut author).expect("it is there");
    assert_eq!((begun.text.as_str(), begun.first_selected), ("one two", (4, 4)));
    let text = "one or two".to_owned();
    author.give(Input::TextEdited { id: begun.id, text, caret_utf16: Some(7), composing: false });
    let texts: Vec<_> = author.editor.board().shapes().map(|shape| shape.text.to_string()).collect();
    assert_eq!(texts, ["one or two"]);

    let mut late = hand();
    late.give(Input::WriteOn(Some((ShapeId::from_random(1), 0))));
    late.give(Input::WriteOn(None));
    late.give(Input::PlaceNotes(vec![note("mine")]));
    assert_eq!(session(&mut late), None, "who went on elsewhere is left there");
}

#[test]
fn last_words_reach_a_note_that_somebody_else_put_on_the_board() {
    let note = |fill, text: &str| PlacedNote {
        id: ShapeId::from_random(fill),
        at: BoardPoint::new(100.0, 100.0),
        text: text.to_owned(),
        author: "Bo".to_owned(),
    };
    let (mut author, mut revealer) = (hand(), Hand::on(""));
    author.give(Input::FinishNotes(vec![note(1, "one and a half 🎈"), note(2, "never comes")]));
    assert_eq!(author.editor.board().len(), 0, "it is not the author's to place");
    revealer.give(Input::PlaceNotes(vec![note(1, "one"), note(3, "three")]));
    tell(&mut revealer, &mut author);
    let texts = |hand: &Hand| {
        let mut texts: Vec<_> = hand.editor.board().shapes().map(|shape| shape.text.to_string()).collect();
        texts.sort_unstable();
        texts
    };
    assert_eq!(texts(&author), ["one and a half 🎈", "three"]);
    tell(&mut author, &mut revealer);
    assert_eq!(texts(&revealer), texts(&author));
    author.give(Input::FinishNotes(vec![note(3, "three")]));
    assert!(author.take_outputs().iter().all(|output| !matches!(output, Output::Update(_))), "nothing is to be said");
}
