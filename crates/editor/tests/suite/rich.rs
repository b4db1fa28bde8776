//! Letters that look different, as a hand makes them: marks, lists, links, what is pasted, what is taken back, and the
//! carets of others.

use editor::{Input, Output};
use kurbo::Rect;
use scene::text::{Look, Mark, Span, TextSize, stretches};
use scene::{SvgPainter, Theme};

use crate::harness::{Hand, Pair};
use crate::script::run;

/// The text of the first shape; bold between stars, italic between slashes.
fn letters(hand: &Hand) -> String {
    let shape = hand.editor.board().shapes().next().expect("a shape");
    let shown = stretches(shape.spans(), 0..shape.text.len()).map(|(range, look)| {
        let look = look.cloned().unwrap_or_default();
        let size = look.size.name().unwrap_or_default();
        let around = format!("{}{}{size}", if look.bold { "*" } else { "" }, if look.italic { "/" } else { "" });
        let link = look.link.map(|link| format!("[{link}]")).unwrap_or_default();
        format!("{around}{}{around}{link}", &shape.text[range])
    });
    shown.collect()
}

/// The shape whose text is open: the only one, or one to be.
fn target(hand: &Hand) -> board::ShapeId {
    hand.editor.board().shapes().next().map_or_else(|| hand.session_id(), |shape| shape.id.clone())
}

/// The page's text is now this, with the caret at the bar.
fn page(hand: &mut Hand, text: &str) {
    let caret = text.find('|').expect("a caret");
    let caret_utf16 = Some(text[..caret].encode_utf16().count() as u32);
    let id = target(hand);
    hand.give(Input::TextEdited { id, text: text.replace('|', ""), caret_utf16, composing: false });
}

fn select(hand: &mut Hand, from_utf16: u32, to_utf16: u32) {
    let id = target(hand);
    hand.give(Input::TextSelected { id, from_utf16, to_utf16 });
}

fn session() -> Hand {
    let mut hand = Hand::on("text a 0,0 \"one two\"");
    run(&mut hand, "double 10,10");
    hand
}

#[test]
fn keys_mark_what_is_selected_or_what_comes() {
    let mut hand = session();
    select(&mut hand, 0, 3);
    hand.key("Mod+B");
    assert_eq!(letters(&hand), "*one* two");
    let chrome = hand.editor.chrome().letters.expect("letters");
    assert!(chrome.look.bold && chrome.is_typing);
    select(&mut hand, 1, 5);
    assert!(!hand.editor.chrome().letters.expect("letters").look.bold, "they differ");
    hand.key("Mod+B");
    assert_eq!(letters(&hand), "*one t*wo");
    hand.key("Mod+B");
    assert_eq!(letters(&hand), "*o*ne two");
    // At a caret it is said of what comes next, once.
    select(&mut hand, 7, 7);
    hand.key("Mod+I");
    assert!(hand.editor.chrome().letters.expect("letters").look.italic);
    page(&mut hand, "one twox|");
    page(&mut hand, "one twoxy|");
    assert_eq!(letters(&hand), "*o*ne two/xy/");
    hand.key("Mod+I");
    page(&mut hand, "one twoxyz|");
    assert_eq!(letters(&hand), "*o*ne two/xy/z");
    // The page is told what its letters look like.
    let told = hand.outputs.iter().rev().find_map(|output| match output {
        Output::EditText(session) => Some(session.spans.len()),
        _ => None,
    });
    assert_eq!(told, Some(2));
    hand.give(Input::TextEnded);
    run(&mut hand, "key Mod+Z");
    assert_eq!(letters(&hand), "one two", "a session is one step");
}

#[test]
fn typing_is_taken_back_in_bursts_while_the_text_is_open() {
    let mut hand = session();
    page(&mut hand, "one two a|");
    page(&mut hand, "one two ab|");
    hand.wait(5_000);
    page(&mut hand, "one two abc|");
    page(&mut hand, "one two abcd|");
    select(&mut hand, 0, 3);
    hand.key("Mod+B");
    let texts = ["*one* two abcd", "one two abcd", "one two ab", "one two", "one two"];
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(&letters(&hand), text, "{at} steps back");
        hand.key("Mod+Z");
    }
    assert!(hand.editor.chrome().is_editing_text);
    for text in texts[..3].iter().rev() {
        hand.key("Mod+Shift+Z");
        assert_eq!(&letters(&hand), text);
    }
    hand.key("Mod+Z");
    hand.give(Input::TextEnded);
    hand.key("Mod+Z");
    assert_eq!(letters(&hand), "one two");
    hand.key("Mod+Shift+Z");
    assert_eq!(letters(&hand), "one two abcd");
    // A new text goes as a step of its own, and comes back.
    let mut hand = Hand::on("");
    run(&mut hand, "tool text\nclick 100,100\ntype hi");
    hand.key("Mod+Z");
    assert_eq!((hand.outline().as_str(), hand.editor.chrome().is_editing_text), ("", false));
    hand.key("Mod+Shift+Z");
    assert_eq!(letters(&hand), "hi");
}

#[test]
fn a_peers_letters_stay_when_bursts_are_taken_back() {
    let mut pair = Pair::on("text a 0,0 \"one two\"");
    run(&mut pair.a, "double 10,10");
    page(&mut pair.a, "one two!|");
    pair.exchange_if(|output| matches!(output, Output::Update(_)));
    run(&mut pair.b, "double 10,10");
    page(&mut pair.b, "so |one two!");
    pair.exchange_if(|output| matches!(output, Output::Update(_)));
    pair.a.key("Mod+Z");
    assert_eq!(letters(&pair.a), "so one two");
    let merged = pair.a.outputs.iter().rev().find_map(|output| match output {
        Output::TextMerged { at_utf16, delete_utf16, .. } => Some((*at_utf16, *delete_utf16)),
        _ => None,
    });
    assert_eq!(merged, Some((10, 1)));
}

#[test]
fn lists_are_completed_and_toggled() {
    let mut hand = session();
    select(&mut hand, 0, 7);
    page(&mut hand, "-|");
    page(&mut hand, "- |");
    assert_eq!(letters(&hand), "• ");
    page(&mut hand, "• milk|");
    page(&mut hand, "• milk\n|");
    assert_eq!(letters(&hand), "• milk\n• ");
    page(&mut hand, "• milk\n• \n|");
    assert_eq!(letters(&hand), "• milk\n");
    page(&mut hand, "• milk\neggs|");
    hand.command("numbers");
    assert_eq!(letters(&hand), "• milk\n1. eggs");
    select(&mut hand, 0, 12);
    hand.command("bullets");
    assert_eq!(letters(&hand), "• milk\n• eggs");
    hand.give(Input::TextEnded);
    hand.command("bullets");
    assert_eq!(letters(&hand), "milk\neggs");
    // Numbers count on when an item comes, and when one goes.
    let mut hand = Hand::on("");
    run(&mut hand, "tool text\nclick 100,100");
    for typed in ["1. a|", "1. a\n|", "1. a\n2. b|", "1. a\n2. b\n|", "1. a\n2. b\n3. c|"] {
        page(&mut hand, typed);
    }
    page(&mut hand, "1. a\n|\n2. b\n3. c");
    assert_eq!(letters(&hand), "1. a\n2. \n3. b\n4. c");
    page(&mut hand, "1. a\n|3. b\n4. c");
    assert_eq!(letters(&hand), "1. a\n2. b\n3. c");
    hand.give(Input::TextEnded);
    // Before the first letter of a new text, too.
    let mut hand = Hand::on("");
    run(&mut hand, "tool text\nclick 100,100");
    hand.command("bullets");
    assert_eq!(letters(&hand), "• ");
}

#[test]
fn links_are_set_changed_and_taken_away_as_a_whole() {
    let mut hand = session();
    let link = |address: &str| Input::SetMark(Mark::Link(Some(address.into())));
    select(&mut hand, 0, 3);
    hand.key("Mod+K");
    assert!(hand.outputs.iter().any(|output| matches!(output, Output::Page("link"))));
    hand.give(link("https://a.example"));
    assert_eq!(letters(&hand), "one[https://a.example] two");
    select(&mut hand, 2, 2);
    hand.give(link("https://b.example"));
    assert_eq!(letters(&hand), "one[https://b.example] two");
    page(&mut hand, "onex| two");
    assert_eq!(letters(&hand), "one[https://b.example]x two", "a link is not typed on");
    select(&mut hand, 1, 1);
    hand.give(Input::SetMark(Mark::Link(None)));
    assert_eq!(letters(&hand), "onex two");
    select(&mut hand, 8, 8);
    hand.give(link("https://c.example"));
    assert_eq!(letters(&hand), "onex twohttps://c.example[https://c.example]");
}

#[test]
fn marks_go_to_all_letters_of_what_is_selected() {
    let mut hand = Hand::on("text a 0,0 \"one\"\nrectangle b 200,0 100x100 \"two\"");
    hand.key("Mod+A");
    hand.key("Mod+B");
    hand.give(Input::SetMark(Mark::Size(TextSize::Large)));
    let looks = |hand: &Hand| {
        let spans = hand.editor.board().shapes().flat_map(|shape| shape.spans().to_vec());
        spans.map(|span| (span.look.bold, span.look.size)).collect::<Vec<_>>()
    };
    assert_eq!(looks(&hand), [(true, TextSize::Large); 2]);
    hand.key("Mod+Z");
    assert_eq!(looks(&hand), [], "what follows closely is one step");
}

#[test]
fn what_is_pasted_keeps_its_looks() {
    let bold = vec![Span { range: 2..5, look: Look { bold: true, ..Look::default() } }];
    let pasted = |text: &str| Input::PasteRich { text: text.to_owned(), spans: bold.clone() };
    let mut hand = session();
    select(&mut hand, 4, 7);
    hand.give(pasted("a big"));
    assert_eq!(letters(&hand), "one a *big*");
    assert!(hand.outputs.iter().any(|output| matches!(output, Output::TextMerged { .. })));
    hand.key("Mod+Z");
    assert_eq!(letters(&hand), "one two");
    let mut hand = Hand::on("");
    hand.give(pasted("a big"));
    assert_eq!(letters(&hand), "a *big*");
    // Copied and pasted as shapes they keep them too.
    hand.key("Mod+A");
    hand.command("copy");
    let copied = hand.take_outputs().into_iter().find_map(|output| match output {
        Output::Clipboard(text) => Some(text),
        _ => None,
    });
    let mut other = Hand::on("");
    other.give(Input::Paste(copied.expect("the selection as text")));
    assert_eq!(letters(&other), "a *big*");
}

#[test]
fn others_see_the_caret_and_what_is_selected() {
    let mut pair = Pair::on("text a 100,100 \"one two\"");
    let seen = |hand: &mut Hand| {
        let mut painter = SvgPainter::new(Theme::Light, Rect::new(0.0, 0.0, 1000.0, 800.0));
        hand.editor.paint_overlay(&mut painter);
        painter.finish()
    };
    let names = |hand: &mut Hand| seen(hand).matches("<text").count();
    run(&mut pair.a, "move 110,110");
    pair.exchange();
    let cursors = names(&mut pair.b);
    run(&mut pair.a, "double 110,110");
    pair.exchange_if(|output| !matches!(output, Output::EditText(_)));
    let before = seen(&mut pair.b);
    assert_eq!(names(&mut pair.b), cursors + 1, "{before}");
    select(&mut pair.a, 0, 3);
    pair.a.tick(100);
    pair.exchange_if(|output| !matches!(output, Output::EditText(_)));
    let selected = seen(&mut pair.b);
    assert_ne!(before, selected);
    // What is typed before it moves it along, before its owner says so.
    run(&mut pair.b, "double 110,110");
    page(&mut pair.b, "Now |one two");
    assert_ne!(seen(&mut pair.b), selected);
    pair.a.give(Input::TextEnded);
    pair.exchange_if(|output| !matches!(output, Output::EditText(_)));
    assert_eq!(names(&mut pair.b), cursors);
}
