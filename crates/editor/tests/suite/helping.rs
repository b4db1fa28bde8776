//! Lasso, laser, rubber, straight ink, search and keys.

use editor::{Input, KeyMap, Output};

use crate::harness::{Hand, Pair};
use crate::outline::id;
use crate::script::run;

const TWO: &str = "
    rectangle a 100,100 50x50
    rectangle b 300,100 50x50
";

fn selected(before: &str, script: &str) -> Vec<String> {
    let mut hand = Hand::on(before);
    run(&mut hand, script);
    hand.editor.selection().iter().map(ToString::to_string).collect()
}

#[test]
fn a_lasso_selects_what_it_holds_and_crosses() {
    let around = "tool lasso\ndrag 80,80 80,180 180,180 180,80 90,80";
    assert_eq!(selected(TWO, around), ["a"]);
    assert_eq!(selected(TWO, "tool lasso\ndrag 80,80 80,120 320,120 320,80 90,80"), ["a", "b"]);
    assert_eq!(selected(TWO, "tool lasso\ndrag 200,80 200,180 250,180 250,80 210,80"), [""; 0]);
    assert_eq!(
        selected(TWO, "click 300,120\ntool lasso\nhold shift\ndrag 80,80 80,180 180,180 180,80 90,80"),
        ["b", "a"]
    );
    assert_eq!(selected(TWO, "click 300,120\ntool lasso\npress 80,80\nmove 180,180\nkey Escape"), [""; 0]);
}

fn inks(hand: &Hand) -> Vec<usize> {
    hand.editor.board().shapes().map(|shape| shape.ink.len()).collect()
}

#[test]
fn a_rubber_leaves_the_rest_of_a_stroke() {
    let mut hand = Hand::on("");
    run(&mut hand, "tool ink\ndrag 100,100 120,100 140,100 160,100 180,100 200,100 220,100");
    assert_eq!(inks(&hand), [7]);
    run(&mut hand, "tool rubber\ndrag 160,60 160,140");
    assert_eq!(inks(&hand), [3, 3]);
    run(&mut hand, "key Mod+Z");
    assert_eq!(inks(&hand), [7]);
    // Passing by leaves it alone.
    run(&mut hand, "tool rubber\ndrag 160,200 180,240");
    assert_eq!(inks(&hand), [7]);
}

#[test]
fn shift_draws_straight_on() {
    let mut hand = Hand::on("");
    run(
        &mut hand,
        "tool ink\npress 100,100\nmove 120,110\nhold shift\nmove 150,150\nmove 220,110\nrelease 220,110\nhold",
    );
    let board = hand.editor.board();
    let ink = board.shapes().next().expect("a stroke");
    let off: Vec<f64> = ink.ink[1..].iter().map(|point| (point.y - 10.0).abs()).collect();
    assert!(ink.ink.len() > 10 && off.iter().all(|off| *off < 0.2), "{:?}", ink.ink);
    let end = ink.ink.last().expect("points");
    assert_eq!((end.x, end.y), (120.0, 10.0));
}

#[test]
fn everybody_sees_a_laser_and_it_leaves_nothing() {
    let mut pair = Pair::on(TWO);
    let overlay = |hand: &mut Hand| crate::drafts::overlay(&mut hand.editor);
    let before = overlay(&mut pair.b);
    run(&mut pair.a, "tool laser\npress 400,400\nmove 450,450\nmove 500,400");
    pair.a.tick(40);
    pair.exchange();
    assert_ne!(overlay(&mut pair.b), before);
    run(&mut pair.a, "release 500,400");
    pair.exchange();
    for hand in [&mut pair.a, &mut pair.b] {
        hand.tick(5_000);
        hand.tick(40);
    }
    pair.b.take_outputs();
    pair.exchange();
    assert!(!pair.a.editor.chrome().can_undo);
    assert_eq!(pair.a.editor.board().len(), 2);
}

#[test]
fn texts_are_found_one_after_the_other() {
    let mut hand = Hand::on("text a 0,0 \"one fish\"\ntext b 0,3000 \"Two Fish\"\ntext c 0,90 \"bird\"");
    hand.give(Input::Find("fish".into()));
    let found = hand.editor.chrome().found;
    assert_eq!((found.at, found.count), (0, 2));
    assert_eq!(hand.editor.selection(), [id("a")]);
    run(&mut hand, "command find-next");
    assert_eq!(hand.editor.selection(), [id("b")]);
    assert!(!hand.editor.chrome().is_lost);
    run(&mut hand, "command find-next");
    assert_eq!(hand.editor.selection(), [id("a")]);
    hand.give(Input::Find("whale".into()));
    assert_eq!(hand.editor.chrome().found.count, 0);
}

#[test]
fn who_is_lost_is_told() {
    let mut hand = Hand::on(TWO);
    assert!(!hand.editor.chrome().is_lost);
    for _ in 0..200 {
        run(&mut hand, "key Shift+ArrowLeft");
    }
    assert!(hand.editor.chrome().is_lost);
    run(&mut hand, "key Shift+1");
    assert!(!hand.editor.chrome().is_lost);
}

#[test]
fn view_mode_only_looks() {
    let mut hand = Hand::on(TWO);
    run(&mut hand, "command view-mode\nclick 100,120\nkey Delete");
    assert_eq!(hand.editor.board().len(), 2);
    assert!(hand.editor.chrome().view_mode);
    run(&mut hand, "command view-mode\nclick 100,120\nkey Delete");
    assert_eq!(hand.editor.board().len(), 1);
}

#[test]
fn keys_can_be_changed_and_turned_off() {
    let mut keys = KeyMap::default();
    keys.set("rectangle", Some("w".into()));
    keys.set("undo", Some(String::new()));
    assert_eq!(KeyMap::parse(&keys.text()), keys);
    let mut hand = Hand::on(TWO);
    hand.give(Input::SetKeys(keys.clone()));
    run(&mut hand, "key r");
    assert_eq!(hand.editor.chrome().tool, "select");
    run(&mut hand, "key w");
    assert_eq!(hand.editor.chrome().tool, "rectangle");
    run(&mut hand, "drag 500,500 600,600\nkey Mod+Z");
    assert_eq!(hand.editor.board().len(), 3);
    keys.set_single_keys(false);
    assert!(!KeyMap::parse(&keys.text()).has_single_keys());
    hand.give(Input::SetKeys(keys));
    run(&mut hand, "key w\nkey Mod+D");
    assert_eq!((hand.editor.chrome().tool, hand.editor.board().len()), ("select", 4));
}

#[test]
fn page_commands_reach_the_page() {
    let mut hand = Hand::on(TWO);
    hand.take_outputs();
    run(&mut hand, "key ?\nkey Alt+Z");
    let asked: Vec<&str> = hand
        .take_outputs()
        .into_iter()
        .filter_map(|output| match output {
            Output::Page(id) => Some(id),
            _ => None,
        })
        .collect();
    assert_eq!(asked, ["help", "zen"]);
}
