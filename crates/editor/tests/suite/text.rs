//! Texts: typed in the page's field, live in the document.

use editor::{Input, KeyPhase, Notice, Output};

use crate::harness::{Hand, Pair, key_event};
use crate::outline::id;
use crate::script::{check, run};

#[test]
fn typing() {
    let made = "text new 100,88 \"hi\" *";
    check("", "tool text\nclick 100,100\ntype h\ntype hi\nend", made);
    check("", "double 100,100\ntype hi\nend", made);
    // A click beside it ends it too, and then means what it means.
    check("", "tool text\nclick 100,100\ntype hi\nclick 500,500", "text new 100,88 \"hi\"");
    check("", "tool text\nclick 100,100\nend", "");
    check("", "tool text\nclick 100,100\ntype hi\ntype \nend", "");
    check("text a 0,0 \"old\"", "double 10,10\ntype older\nend", "text a 0,0 \"older\" *");
    check("text a 0,0 \"old\"", "click 10,10\nkey Enter\ntype older\nend", "text a 0,0 \"older\" *");
    check("text a 0,0 \"old\"", "tool text\nclick 10,10\ntype older\nend", "text a 0,0 \"older\" *");
}

#[test]
fn a_text_that_is_drawn_wraps_at_its_width() {
    let mut hand = Hand::on("");
    run(&mut hand, "tool text\npress 300,200\nmove 200,150\nmove 100,100\nrelease 100,100");
    hand.type_text("some words that are longer than that");
    run(&mut hand, "end");
    let shape = hand.editor.board().shapes().next().expect("a text");
    assert_eq!((shape.pos, shape.wrap), (scene::BoardPoint::new(100.0, 100.0), Some(200.0)));
    assert!(shape.local_bounds().height() > 40.0, "several lines");
    // A shaky click is a click.
    check("", "tool text\npress 100,100\nmove 106,100\nrelease 106,100\ntype hi\nend", "text new 100,88 \"hi\" *");
    let mut hand = Hand::on("");
    run(&mut hand, "tool text\npress 300,200\nmove 200,150\nkey Escape\nrelease 200,150");
    assert!(hand.editor.board().is_empty());
}

#[test]
fn a_double_click_on_its_side_makes_a_text_as_wide_as_its_words() {
    let mut hand = Hand::on("");
    run(&mut hand, "tool text\npress 100,100\nmove 200,150\nmove 300,200\nrelease 300,200");
    hand.type_text("some words that are longer than that");
    run(&mut hand, "end");
    let text = |hand: &Hand| hand.editor.board().shapes().next().expect("a text").clone();
    let side = text(&hand).local_bounds();
    hand.double_click(side.x1, side.center().y);
    assert_eq!(text(&hand).wrap, None);
    assert!(text(&hand).local_bounds().width() > 250.0);
    hand.command("undo");
    assert_eq!(text(&hand).wrap, Some(200.0));
}

#[test]
fn a_session_is_one_step() {
    check("", "tool text\nclick 100,100\ntype h\ntype hi\nend\nkey Mod+Z", "");
    check("", "tool text\nclick 100,100\ntype h\ntype hi\nend\nkey Mod+Z\nkey Mod+Shift+Z", "text new 100,88 \"hi\" *");
    check("text a 0,0 \"old\"", "double 10,10\ntype ol\ntype \nend\nkey Mod+Z", "text a 0,0 \"old\" *");
    // A text that came to nothing leaves no step.
    let mut hand = Hand::on("");
    run(&mut hand, "tool text\nclick 100,100\ntype hi\ntype \nend");
    assert!(!hand.editor.chrome().can_undo);
}

#[test]
fn keys_belong_to_the_field_while_typing() {
    check("text a 0,0 \"old\"", "double 10,10\nkey Delete\nkey r\ntype new\nend", "text a 0,0 \"new\" *");
}

#[test]
fn peers_see_letters_as_they_are_typed() {
    let mut pair = Pair::on("");
    run(&mut pair.a, "tool text\nclick 100,100\ntype h");
    pair.exchange_if(|output| !matches!(output, Output::EditText(_)));
    assert_eq!(pair.b.outline(), "text new 100,88 \"h\"\n");
    // What was not said is not there: an empty text never reached anybody.
    let mut pair = Pair::on("");
    run(&mut pair.a, "tool text\nclick 100,100");
    pair.exchange();
    assert_eq!(pair.b.outline(), "");
}

#[test]
fn two_people_type_in_one_text() {
    let mut pair = Pair::on("text a 0,0 \"one two\"");
    run(&mut pair.a, "double 10,10");
    run(&mut pair.b, "double 10,10");
    pair.a.give(edited("one and two"));
    pair.b.give(edited("one two three"));
    let mut texts = vec![];
    for (from, to) in [(0, 1), (1, 0)] {
        let (a, b) = (&mut pair.a, &mut pair.b);
        let (from, to) = if from < to { (a, b) } else { (b, a) };
        for output in std::mem::take(&mut from.outputs) {
            if let Output::Update(update) = output {
                to.give(Input::Merge(update.0.to_vec()));
            }
        }
        texts.push(merged(to));
    }
    assert_eq!(texts, [(4, 0, "and ".to_owned()), (11, 0, " three".to_owned())]);
    pair.exchange();
    assert_eq!(pair.a.outline(), "text a 0,0 \"one and two three\" *\n");
    assert!(pair.contents_agree());
}

fn edited(text: &str) -> Input {
    Input::TextEdited { id: id("a"), text: text.to_owned(), caret_utf16: None, composing: false }
}

/// The splice that the page was told of.
fn merged(hand: &Hand) -> (u32, u32, String) {
    let splice = hand.outputs.iter().find_map(|output| match output {
        Output::TextMerged { at_utf16, delete_utf16, insert, .. } => Some((*at_utf16, *delete_utf16, insert.clone())),
        _ => None,
    });
    splice.expect("the page was told")
}

#[test]
fn a_peer_deletes_the_text_being_typed() {
    let mut pair = Pair::on("text a 0,0 \"old\"");
    run(&mut pair.a, "double 10,10");
    run(&mut pair.b, "click 10,10\nkey Delete");
    pair.exchange_if(|output| matches!(output, Output::Update(_)));
    assert!(!pair.a.editor.chrome().is_editing_text);
    pair.a.give(edited("older"));
    assert_eq!(pair.a.outline(), "");
}

#[test]
fn the_field_follows_the_camera() {
    let mut hand = Hand::on("text a 100,100 \"old\"");
    run(&mut hand, "double 110,110");
    hand.take_outputs();
    hand.command("zoom-in");
    let session = hand.outputs.iter().find_map(|output| match output {
        Output::EditText(session) => Some(session.clone()),
        _ => None,
    });
    let session = session.expect("the field is placed anew");
    assert_eq!((session.font_size_px, session.at.x, session.at.y), (25.0, 0.0, 25.0));
}

#[test]
fn a_style_picked_while_typing_is_the_texts() {
    check("text a 0,0 \"old\"", "double 10,10\nstroke red\ntype older\nend", "text a 0,0 \"older\" stroke=red *");
    check("", "tool text\nclick 100,100\nstroke red\ntype hi\nend", "text new 100,88 \"hi\" stroke=red *");
}

#[test]
fn pasted_words_become_a_text() {
    let mut hand = Hand::on("");
    hand.give(Input::Paste("some words\r\nmore".into()));
    let shape = hand.editor.board().shapes().next().expect("a text");
    assert_eq!(&*shape.text, "some words\nmore");
    assert_eq!(shape.local_bounds().center().round(), (500.0, 400.0).into());
}

fn notices(hand: &mut Hand) -> Vec<Notice> {
    let notices = hand.take_outputs().into_iter().filter_map(|output| match output {
        Output::Notice(notice) => Some(notice),
        _ => None,
    });
    notices.collect()
}

/// The first writes, and the second deletes the shape under their hands.
fn cut_off(script: &str) -> Pair {
    let mut pair = Pair::on("rectangle a 0,0 200x100");
    run(&mut pair.a, script);
    pair.exchange();
    // The service has it: no edit is on its way that the delete could meet.
    pair.a.give(Input::Saved);
    notices(&mut pair.a);
    run(&mut pair.b, "click 0,50\nkey Delete");
    pair.exchange();
    assert!(pair.contents_agree() && pair.a.editor.board().is_empty());
    pair
}

#[test]
fn who_loses_the_text_under_their_hands_keeps_the_words() {
    let mut pair = cut_off("double 100,50\ntype some");
    let told = [Notice::DeletedWhileWriting { kept: "some".to_owned() }];
    assert_eq!(notices(&mut pair.a), told);
    run(&mut pair.a, "key e");
    assert_eq!((pair.a.editor.chrome().tool, notices(&mut pair.a).as_slice()), ("select", &told[..]), "said again");
    run(&mut pair.a, "key r\nkey Mod+A\npaste more");
    assert!(pair.a.editor.is_key_bound(&key_event("'", KeyPhase::Down)), "the browser does not have them either");
    assert_eq!((pair.a.editor.chrome().tool, pair.a.outline().as_str()), ("select", ""));
    run(&mut pair.a, "key Escape\nkey e");
    assert_eq!(pair.a.editor.chrome().tool, "eraser");
    run(&mut pair.a, "command restore-mine");
    pair.exchange();
    assert_eq!(pair.b.outline(), "rectangle a 0,0 200x100 \"some\"\n");
}

#[test]
fn a_press_frees_the_keys_and_what_was_only_opened_is_not_offered() {
    let mut pair = cut_off("double 100,50");
    assert_eq!(notices(&mut pair.a), [Notice::DeletedWhileWriting { kept: String::new() }]);
    assert_eq!(pair.a.editor.chrome().lost_count, 0);
    run(&mut pair.a, "key e\nclick 500,500\nkey r");
    assert_eq!(pair.a.editor.chrome().tool, "rectangle");
}

#[test]
fn a_frames_name_is_one_line() {
    let mut hand = Hand::on("");
    run(&mut hand, "tool frame\ndrag 100,100 300,300");
    hand.type_text("first\r\nsecond");
    let frame = hand.editor.board().shapes().next().expect("a frame");
    assert_eq!(&*frame.text, "first  second");
    let session = hand.outputs.iter().rev().find_map(|output| match output {
        Output::EditText(session) => Some(session.clone()),
        _ => None,
    });
    let session = session.expect("the field is told");
    assert_eq!((session.text.as_str(), session.is_line), ("first  second", true));
    let mut hand = Hand::on("");
    run(&mut hand, "tool text\nclick 100,100\ntype first");
    hand.type_text("first\nsecond");
    assert_eq!(&*hand.editor.board().shapes().next().expect("a text").text, "first\nsecond");
}
