//! Commands, by name and by key.

use std::collections::BTreeSet;

use editor::{COMMANDS, Input, KeyPhase, Output, StyleField, TOOLS};

use crate::harness::{Hand, key_event};
use crate::outline::trimmed;
use crate::script::{check, run};

const PILE: &str = "
    rectangle a 0,0 100x100 fill=red
    rectangle b 50,0 100x100 fill=red
    rectangle c 500,0 100x100 fill=red
    rectangle d 100,0 100x100 fill=red
";

fn order_after(script: &str) -> String {
    let mut hand = Hand::on(PILE);
    run(&mut hand, script);
    hand.outline().lines().map(|line| line.split(' ').nth(1).expect("a name").to_owned()).collect()
}

#[test]
fn the_pile() {
    let cases = [
        ("click 10,50\nkey ]", "bacd"),
        // The second step goes over what it overlaps, not over what lies elsewhere.
        ("click 10,50\nkey Mod+]\nkey Mod+]", "bcda"),
        ("click 10,50\nkey Mod+Shift+]", "bcda"),
        ("click 190,50\nkey [", "adbc"),
        ("click 190,50\nkey Mod+Shift+[", "dabc"),
        ("click 190,50\nkey ]", "abcd"),
        ("click 10,50\nkey [", "abcd"),
        ("click 10,50\nhold shift\nclick 510,50\nhold \nkey Mod+Shift+]", "bdac"),
        ("click 10,50\nkey Mod+Shift+]\nkey Mod+Z", "abcd"),
    ];
    for (script, order) in cases {
        assert_eq!(order_after(script), order, "{script}");
    }
}

#[test]
fn a_locked_tool_stays_in_the_hand() {
    let two = "rectangle new 0,0 100x100
        rectangle new 200,0 100x100";
    check("", "tool rectangle\nkey q\ndrag 0,0 100,100\ndrag 200,0 300,100", two);
    for (lock, after_one) in [("", "select"), ("key q", "rectangle"), ("key q\nkey q", "select")] {
        let mut hand = Hand::on("");
        run(&mut hand, &format!("tool rectangle\n{lock}\ndrag 0,0 100,100"));
        assert_eq!(hand.editor.chrome().tool, after_one, "{lock:?}");
    }
    // Texts and notes too; Escape puts it down.
    let mut hand = Hand::on("");
    run(&mut hand, "key q\ntool text\nclick 100,100\ntype hi\nend");
    assert_eq!(hand.editor.chrome().tool, "text");
    run(&mut hand, "tool note\nclick 300,300\ntype a\nend\nclick 700,300\ntype b\nend");
    assert_eq!((hand.editor.chrome().tool, hand.editor.board().len()), ("note", 3));
    run(&mut hand, "key Escape");
    assert_eq!(hand.editor.chrome().tool, "select");
}

#[test]
fn duplicating() {
    check(
        "rectangle a 0,0 100x100 fill=red",
        "click 50,50\nkey Mod+D\nkey Mod+D",
        "rectangle a 0,0 100x100 fill=red
        rectangle new 16,16 100x100 fill=red
        rectangle new 32,32 100x100 fill=red *",
    );
}

#[test]
fn the_clipboard_carries_every_kind() {
    let board = "
        rectangle a 0,0 100x100 fill=red angle=30
        arrow b 0,200 0,0 100,50 stroke=blue
        text c 200,0 \"some \\ words\"
    ";
    let mut from = Hand::on(board);
    run(&mut from, "tool ink\ndrag 300,300 350,350 400,300\nkey Mod+A");
    from.take_outputs();
    from.command("copy");
    let text = from.take_outputs().into_iter().find_map(|output| match output {
        Output::Clipboard(text) => Some(text),
        _ => None,
    });
    let text = text.expect("something was copied");
    let mut to = Hand::on("");
    to.give(Input::Paste(text.clone()));
    to.key("Mod+A");
    to.take_outputs();
    to.command("cut");
    assert_eq!(to.outline(), "");
    to.key("Mod+Z");
    // Same shapes, elsewhere: every coordinate has moved by the same.
    let kinds =
        |hand: &Hand| hand.outline().lines().map(|line| line.split(' ').next().map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(kinds(&to), kinds(&from));
    let first = |hand: &Hand| hand.editor.board().shapes().next().map(|shape| shape.pos).expect("shapes");
    let by = first(&to) - first(&from);
    for (there, here) in from.editor.board().shapes().zip(to.editor.board().shapes()) {
        assert!((here.pos - there.pos - by).hypot() < 1e-9);
        let same = here.with(&[board::Field::Pos(there.pos), board::Field::Order(there.order.clone())]);
        assert_eq!(
            (same.size, same.points.clone(), same.ink.clone(), same.angle, same.text.clone(), same.stroke, same.fill),
            (
                there.size,
                there.points.clone(),
                there.ink.clone(),
                there.angle,
                there.text.clone(),
                there.stroke,
                there.fill
            ),
        );
    }
}

#[test]
fn what_cannot_be_pasted_is_refused() {
    for text in [
        "",
        "  \n",
        r#"{"boardwalk":2,"shapes":[]}"#,
        r#"{"boardwalk":1,"shapes":[]}"#,
        r#"{"boardwalk":1,"shapes":[{}]}"#,
    ] {
        let mut hand = Hand::on("");
        hand.give(Input::Paste(text.to_owned()));
        assert_eq!(hand.outline(), "", "{text}");
        assert!(
            hand.outputs.iter().any(|output| matches!(output, Output::Notice(editor::Notice::PasteRefused))),
            "{text}"
        );
    }
}

#[test]
fn a_paste_during_a_drag_leaves_the_drag_alone() {
    let mut hand = Hand::on("rectangle a 0,0 100x100 fill=red");
    hand.press(50.0, 50.0);
    hand.move_to(60.0, 60.0);
    hand.give(Input::Paste(r#"{"boardwalk":1,"shapes":[{"kind":"ellipse"}]}"#.into()));
    hand.release(70.0, 70.0);
    assert!(hand.outline().starts_with("rectangle a 20,20 100x100 fill=red *\nellipse new"), "{}", hand.outline());
}

#[test]
fn tab_walks_as_one_reads_and_leaves_at_the_end() {
    let board = "
        rectangle d 0,200 100x100
        rectangle b 200,10 100x100
        rectangle a 0,0 100x100
        rectangle c 2000,30 100x100
    ";
    let mut hand = Hand::on(board);
    let mut walk = String::new();
    let tab = key_event("Tab", KeyPhase::Down);
    while hand.editor.is_key_bound(&tab) {
        hand.key("Tab");
        walk += hand.editor.selection()[0].as_str();
    }
    assert_eq!(walk, "abcd");
    hand.key("Shift+Tab");
    assert_eq!(hand.editor.selection()[0].as_str(), "c");
    // What is selected is in view.
    let visible = hand.editor.camera().visible(1000.0, 800.0);
    assert!(visible.contains((2050.0, 80.0)));
}

#[test]
fn arrows_pan_without_a_selection() {
    let mut hand = Hand::on("");
    hand.key("ArrowRight");
    assert_eq!(hand.editor.camera().origin().x, 10.0);
}

#[test]
fn the_selection_is_described() {
    let mut hand = Hand::on("rectangle a 0,0 100x100\nrectangle b 200,0 100x100\ntext c 0,200 \"words\"");
    hand.key("Mod+A");
    let parts = hand.editor.chrome().selection_description;
    let parts: Vec<_> = parts.iter().map(|part| (part.kind.as_str(), part.count, part.text.as_deref())).collect();
    assert_eq!(parts, [("rectangle", 2, None), ("text", 1, None)]);
    hand.click(10.0, 210.0);
    assert_eq!(hand.editor.chrome().selection_description[0].text.as_deref(), Some("words"));
}

#[test]
fn the_style_panel_shows_what_is_common() {
    let mut hand =
        Hand::on("rectangle a 0,0 100x100 fill=red\nrectangle b 200,0 100x100 fill=blue\nline c 0,300 0,0 50,0");
    hand.key("Mod+A");
    let style = hand.editor.chrome().style;
    assert_eq!((style.value("fill"), style.has("fill")), (None, true));
    assert_eq!(style.value("width"), Some(&StyleField::Width(2.0)));
    assert_eq!(style.value("stroke"), Some(&StyleField::Stroke(scene::Colour::INK)));
    hand.click(25.0, 300.0);
    let style = hand.editor.chrome().style;
    assert!(!style.has("fill") && !style.has("radius") && style.has("dash"));
}

#[test]
fn ids_and_keys_are_unique() {
    let ids: Vec<&str> = TOOLS.iter().map(|tool| tool.id).chain(COMMANDS.iter().map(|command| command.id)).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let keys: Vec<&str> = TOOLS
        .iter()
        .flat_map(|tool| tool.shortcuts)
        .chain(COMMANDS.iter().flat_map(|command| command.shortcuts))
        .copied()
        .collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    assert!(ids.iter().all(|id| !id.is_empty()));
}

#[test]
fn every_command_runs_on_any_board() {
    for board in ["", PILE, "text a 0,0 \"hi\"\nink b 0,0\nsticky c 0,0"] {
        for command in COMMANDS {
            let mut hand = Hand::on(board);
            hand.command(command.id);
            hand.key("Mod+A");
            hand.command(command.id);
            hand.command("undo");
            let without_order = |text: &str| {
                let mut lines: Vec<String> = trimmed(text).lines().map(|line| line.replace(" *", "")).collect();
                lines.sort();
                lines
            };
            if command.edits {
                assert_eq!(without_order(&hand.outline()), without_order(&Hand::on(board).outline()), "{}", command.id);
            }
        }
    }
}

#[test]
fn a_press_on_paste_asks_the_page() {
    let mut hand = Hand::on("");
    assert!(
        !hand.editor.is_key_bound(&key_event("Mod+V", KeyPhase::Down)),
        "the browser's own event has the clipboard"
    );
    hand.command("paste");
    assert!(hand.take_outputs().iter().any(|output| matches!(output, Output::Page("paste"))));
    hand.give(Input::WriteAccess(false));
    assert!(!hand.editor.is_command_enabled("paste"));
}
