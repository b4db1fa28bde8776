//! People who may only look.

use editor::{Input, Output, TOOLS};

use crate::harness::Hand;
use crate::script::run;

const ONE: &str = "rectangle a 0,0 100x100 fill=red";

#[test]
fn no_edit_leaves_without_write_access() {
    let script = "
        drag 50,50 90,90
        click 50,50
        key Delete
        key ArrowLeft
        key Mod+D
        fill blue
        double 50,50
        double 500,500
        paste words
        key r
        drag 200,200 300,300
        command send-to-back
        key Mod+Z
    ";
    let mut hand = Hand::on(ONE);
    hand.give(Input::WriteAccess(false));
    run(&mut hand, script);
    for tool in TOOLS.iter() {
        hand.tool(tool.id);
        hand.drag(&[(50.0, 50.0), (150.0, 150.0)]);
        hand.click(50.0, 50.0);
    }
    let sent =
        hand.outputs.iter().find(|output| matches!(output, Output::Update(_) | Output::Draft(_) | Output::EditText(_)));
    assert!(sent.is_none(), "{sent:?}");
    assert!(hand.outline().starts_with(ONE));
    // The last of the tools that change nothing is the comment tool, which is put down after use.
    assert_eq!(hand.editor.chrome().tool, "select");
}

#[test]
fn looking_and_selecting_go_on() {
    let mut hand = Hand::on(ONE);
    hand.give(Input::WriteAccess(false));
    run(&mut hand, "click 50,50");
    assert_eq!(hand.editor.selection().len(), 1);
    run(&mut hand, "key Escape\ndrag 300,300 50,50");
    assert_eq!(hand.editor.selection().len(), 1);
    run(&mut hand, "key Mod+=\nkey h");
    assert_eq!((hand.editor.chrome().zoom, hand.editor.chrome().tool), (1.25, "hand"));
}

#[test]
fn losing_access_ends_what_is_going_on() {
    let mut hand = Hand::on(ONE);
    run(&mut hand, "press 50,50\nmove 80,80");
    hand.give(Input::WriteAccess(false));
    run(&mut hand, "move 90,90\nrelease 90,90");
    assert_eq!(hand.outline(), format!("{ONE} *\n"));
    hand.give(Input::WriteAccess(true));
    run(&mut hand, "tool rectangle\npress 0,0");
    hand.give(Input::WriteAccess(false));
    assert_eq!(hand.editor.chrome().tool, "select");
    let mut hand = Hand::on("text a 0,0 \"old\"");
    run(&mut hand, "double 10,10\ntype older");
    hand.give(Input::WriteAccess(false));
    assert!(!hand.editor.chrome().is_editing_text);
}
