//! Texts: typed in the page's field, live in the document.

use editor::{Input, Output};

use crate::harness::{Hand, Pair};
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
