//! Scripts of gestures, one a line, and the check of what they make of a board.

use editor::{Device, Input, StyleField};

use crate::harness::Hand;
use crate::outline::{number, pair, trimmed};

/// Runs a script on a board and compares the outlines. In the outlines, `*` is selected and `new` has a random id.
#[track_caller]
pub fn check(before: &str, script: &str, after: &str) {
    let mut hand = Hand::on(before);
    run(&mut hand, script);
    assert_eq!(hand.outline(), trimmed(after), "after {script}");
}

/// Runs the lines of a script:
///
/// `tool rectangle`, `click 1,2`, `double 1,2`, `drag 1,2 3,4 …`, `press 1,2`, `move 1,2`, `release 1,2`, `key Mod+Z`,
/// `type hello`, `end`, `command undo`, `hold shift alt`, `finger`, `fill red`, `stroke red`, `width 5`, `paste …`.
pub fn run(hand: &mut Hand, script: &str) {
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let places = || rest.split_whitespace().map(|place| (pair(place).x, pair(place).y)).collect::<Vec<_>>();
        match verb {
            "tool" => hand.tool(rest),
            "click" => hand.click(places()[0].0, places()[0].1),
            "double" => hand.double_click(places()[0].0, places()[0].1),
            "drag" => hand.drag(&places()),
            "press" => hand.press(places()[0].0, places()[0].1),
            "move" => hand.move_to(places()[0].0, places()[0].1),
            "release" => hand.release(places()[0].0, places()[0].1),
            "key" => hand.key(rest),
            "type" => hand.type_text(rest),
            "end" => hand.give(Input::TextEnded),
            "command" => hand.command(rest),
            "paste" => hand.give(Input::Paste(rest.to_owned())),
            "finger" => hand.device = Device::Touch,
            "hold" => {
                hand.held.shift = rest.contains("shift");
                hand.held.alt = rest.contains("alt");
                hand.held.ctrl = rest.contains("ctrl");
            }
            "fill" => hand.give(Input::SetStyle(StyleField::Fill(rest.parse().ok()))),
            "stroke" => hand.give(Input::SetStyle(StyleField::Stroke(rest.parse().expect("a colour")))),
            "width" => hand.give(Input::SetStyle(StyleField::Width(number(rest)))),
            other => panic!("{other} is no gesture"),
        }
    }
}
