//! Taking back: one's own changes, and only those.

#![expect(clippy::unwrap_used, reason = "a test's own values are what they are said to be")]

use board::{Board, ClientId, Edit, Field, InkPoint, Kind, NewShape, Reversal, ShapeId};
use proptest::prelude::*;
use scene::text::{Look, Mark};
use scene::{BoardPoint, Colour, Swatch};

fn id(number: u8) -> ShapeId {
    ShapeId::parse(&format!("s{number}")).unwrap()
}

fn insert(number: u8) -> Edit {
    let fields = vec![Field::Pos(BoardPoint::new(f64::from(number), 0.0))];
    Edit::Insert { id: id(number), shape: NewShape::new(Kind::Rectangle, fields).with_text("abc") }
}

fn set(number: u8, field: Field) -> Edit {
    Edit::Set { id: id(number), field }
}

fn at(x: f64) -> Field {
    Field::Pos(BoardPoint::new(x, 0.0))
}

fn red() -> Field {
    Field::Stroke(Colour::Swatch(Swatch::Red))
}

fn ink(number: u8, x: f64) -> Edit {
    Edit::AppendInk { id: id(number), points: vec![InkPoint::new(x, 0.0, 0.5)] }
}

fn text(number: u8, at_utf16: u32, delete_utf16: u32, insert: &str) -> Edit {
    Edit::SpliceText { id: id(number), at_utf16, delete_utf16, insert: insert.into() }
}

/// Two boards that know the same: shape 0, made by the peer.
fn pair() -> (Board, Board) {
    let mut own = Board::new(ClientId::from_random(1));
    let mut peer = Board::new(ClientId::from_random(2));
    own.merge(&peer.apply(&[insert(0)]).update.unwrap().0).unwrap();
    (own, peer)
}

fn show(board: &Board) -> String {
    let shapes = board.shapes().map(|shape| {
        let ink: Vec<f64> = shape.ink.iter().map(|point| point.x).collect();
        format!("{} at {} {} {:?} {ink:?}", shape.id, shape.pos.x, shape.stroke, shape.text)
    });
    shapes.collect::<Vec<_>>().join("; ")
}

/// Own edits as one step of undo, then a peer's, then undo, then redo.
struct Case {
    name: &'static str,
    own: Vec<Edit>,
    peer: Vec<Edit>,
    undone: &'static str,
    kept: usize,
    redone: &'static str,
}

const START: &str = "s0 at 0 ink \"abc\" []";

#[test]
fn inserts_and_removals_are_taken_back() {
    check([
        Case {
            name: "insert",
            own: vec![insert(1)],
            peer: vec![],
            undone: START,
            kept: 0,
            redone: "s0 at 0 ink \"abc\" []; s1 at 1 ink \"abc\" []",
        },
        Case {
            name: "insert that a peer coloured",
            own: vec![insert(1)],
            peer: vec![set(1, red())],
            undone: "s0 at 0 ink \"abc\" []; s1 at 1 red \"abc\" []",
            kept: 1,
            redone: "s0 at 0 ink \"abc\" []; s1 at 1 red \"abc\" []",
        },
        Case {
            name: "insert that a peer removed",
            own: vec![insert(1)],
            peer: vec![Edit::Remove { id: id(1) }],
            undone: START,
            kept: 0,
            redone: START,
        },
        Case {
            name: "removal",
            own: vec![Edit::Remove { id: id(0) }],
            peer: vec![],
            undone: START,
            kept: 0,
            redone: "",
        },
        Case {
            name: "removal, and a peer made it anew",
            own: vec![Edit::Remove { id: id(0) }],
            peer: vec![insert(0), set(0, at(7.0))],
            undone: "s0 at 7 ink \"abc\" []",
            kept: 1,
            redone: "s0 at 7 ink \"abc\" []",
        },
        Case {
            name: "made and removed",
            own: vec![insert(1), text(1, 0, 3, ""), Edit::Remove { id: id(1) }],
            peer: vec![],
            undone: START,
            kept: 0,
            redone: START,
        },
    ]);
}

#[test]
fn moves_are_taken_back() {
    check([
        Case {
            name: "move",
            own: vec![set(0, at(5.0))],
            peer: vec![],
            undone: START,
            kept: 0,
            redone: "s0 at 5 ink \"abc\" []",
        },
        Case {
            name: "move, while a peer coloured",
            own: vec![set(0, at(5.0))],
            peer: vec![set(0, red())],
            undone: "s0 at 0 red \"abc\" []",
            kept: 0,
            redone: "s0 at 5 red \"abc\" []",
        },
        Case {
            name: "move that a peer moved on",
            own: vec![set(0, at(5.0)), set(0, red())],
            peer: vec![set(0, at(9.0))],
            undone: "s0 at 9 ink \"abc\" []",
            kept: 1,
            redone: "s0 at 9 red \"abc\" []",
        },
        Case {
            name: "move of what a peer removed",
            own: vec![set(0, at(5.0))],
            peer: vec![Edit::Remove { id: id(0) }],
            undone: "",
            kept: 1,
            redone: "",
        },
    ]);
}

#[test]
fn strokes_and_texts_are_taken_back() {
    check([
        Case {
            name: "stroke in chunks",
            own: vec![insert(1), ink(1, 1.0), ink(1, 2.0)],
            peer: vec![],
            undone: START,
            kept: 0,
            redone: "s0 at 0 ink \"abc\" []; s1 at 1 ink \"abc\" [1.0, 2.0]",
        },
        Case {
            name: "stroke in chunks that a peer coloured stays whole",
            own: vec![insert(1), ink(1, 1.0), ink(1, 2.0)],
            peer: vec![set(1, red())],
            undone: "s0 at 0 ink \"abc\" []; s1 at 1 red \"abc\" [1.0, 2.0]",
            kept: 1,
            redone: "s0 at 0 ink \"abc\" []; s1 at 1 red \"abc\" [1.0, 2.0]",
        },
        Case {
            name: "more ink",
            own: vec![ink(0, 1.0), ink(0, 2.0)],
            peer: vec![],
            undone: "s0 at 0 ink \"abc\" []",
            kept: 0,
            redone: "s0 at 0 ink \"abc\" [1.0, 2.0]",
        },
        Case {
            name: "more ink, and a peer's after it",
            own: vec![ink(0, 1.0)],
            peer: vec![ink(0, 9.0)],
            undone: "s0 at 0 ink \"abc\" [1.0, 9.0]",
            kept: 1,
            redone: "s0 at 0 ink \"abc\" [1.0, 9.0]",
        },
        Case {
            name: "typing",
            own: vec![text(0, 3, 0, "d"), text(0, 4, 0, "e😀"), text(0, 0, 1, "A")],
            peer: vec![],
            undone: START,
            kept: 0,
            redone: "s0 at 0 ink \"Abcde😀\" []",
        },
        Case {
            name: "typing, and a peer typed too",
            own: vec![text(0, 3, 0, "d")],
            peer: vec![text(0, 0, 0, "x")],
            undone: "s0 at 0 ink \"xabc\" []",
            kept: 0,
            redone: "s0 at 0 ink \"xabcd\" []",
        },
        Case {
            name: "typing on and back, and a peer typed within",
            own: vec![text(0, 3, 0, "de"), text(0, 5, 0, "f"), text(0, 5, 1, ""), text(0, 1, 1, "")],
            peer: vec![text(0, 3, 0, "x")],
            undone: "s0 at 0 ink \"abcx\" []",
            kept: 0,
            redone: "s0 at 0 ink \"acdxe\" []",
        },
        Case {
            name: "deleting forwards, and a peer typed before",
            own: vec![text(0, 0, 1, ""), text(0, 0, 1, ""), text(0, 0, 1, "")],
            peer: vec![text(0, 0, 0, "xy")],
            undone: "s0 at 0 ink \"abcxy\" []",
            kept: 0,
            redone: "s0 at 0 ink \"xy\" []",
        },
        Case {
            name: "deleting a peer's letters that the peer replaced",
            own: vec![text(0, 1, 2, "")],
            peer: vec![text(0, 1, 0, "XY")],
            undone: "s0 at 0 ink \"abcXY\" []",
            kept: 0,
            redone: "s0 at 0 ink \"aXY\" []",
        },
        Case {
            name: "typing that a peer deleted",
            own: vec![text(0, 3, 0, "d")],
            peer: vec![text(0, 3, 1, "")],
            undone: START,
            kept: 1,
            redone: START,
        },
        Case {
            name: "a new text in which a peer typed",
            own: vec![insert(1), text(1, 3, 0, "d")],
            peer: vec![text(1, 0, 0, "x")],
            undone: "s0 at 0 ink \"abc\" []; s1 at 1 ink \"xabc\" []",
            kept: 1,
            redone: "s0 at 0 ink \"abc\" []; s1 at 1 ink \"xabcd\" []",
        },
        Case {
            name: "a new text that a peer coloured stays whole",
            own: vec![insert(1), text(1, 3, 0, "d")],
            peer: vec![set(1, red())],
            undone: "s0 at 0 ink \"abc\" []; s1 at 1 red \"abcd\" []",
            kept: 1,
            redone: "s0 at 0 ink \"abc\" []; s1 at 1 red \"abcd\" []",
        },
    ]);
}

fn check<const N: usize>(cases: [Case; N]) {
    for case in cases {
        let (mut own, mut peer) = pair();
        let mut reversal = Reversal::default();
        for edit in &case.own {
            let applied = own.apply(std::slice::from_ref(edit));
            reversal.join(applied.reversal);
        }
        peer.merge(&own.snapshot().0).unwrap();
        for edit in &case.peer {
            own.merge(&peer.apply(std::slice::from_ref(edit)).update.unwrap().0).unwrap();
        }
        let undone = own.revert(&reversal);
        assert_eq!((show(&own).as_str(), undone.kept), (case.undone, case.kept), "undo of {}", case.name);
        own.revert(&undone.applied.reversal);
        assert_eq!(show(&own), case.redone, "redo of {}", case.name);
    }
}

#[test]
fn a_step_that_was_made_and_removed_leaves_nothing() {
    let (mut own, _) = pair();
    let applied = own.apply(&[insert(1), set(1, red()), Edit::Remove { id: id(1) }]);
    assert!(applied.reversal.is_empty());
}

#[test]
fn splices_stay_between_letters() {
    let (mut own, _) = pair();
    own.apply(&[text(0, 0, 3, "a😀b")]);
    own.apply(&[text(0, 2, 0, "x")]);
    assert_eq!(&*own.shape(&id(0)).unwrap().text, "ax😀b");
    own.apply(&[text(0, 2, 1, "")]);
    assert_eq!(&*own.shape(&id(0)).unwrap().text, "ax😀b", "half a letter is not deleted");
    own.apply(&[text(0, 2, u32::MAX, "é"), text(0, 99, 0, "!")]);
    assert_eq!(&*own.shape(&id(0)).unwrap().text, "axé!");
}

fn edit((action, shape, value): (u8, u8, u8)) -> Edit {
    let number = shape % 4;
    match action % 9 {
        7 => Edit::InsertText {
            id: id(number),
            at_utf16: u32::from(value % 6),
            insert: "b😀".into(),
            look: Look { bold: value % 2 == 0, ..Look::default() },
        },
        8 => Edit::FormatText {
            id: id(number),
            at_utf16: u32::from(value % 6),
            length_utf16: u32::from(value % 5),
            mark: if value % 2 == 0 { Mark::Bold(value % 3 > 0) } else { Mark::Italic(value % 3 > 0) },
        },
        0 | 1 => insert(number),
        2 => Edit::Remove { id: id(number) },
        3 => ink(number, f64::from(value)),
        4 => text(number, u32::from(value % 6), u32::from(value % 3), "x😀"),
        5 => set(number, at(f64::from(value))),
        _ => set(number, Field::Fill((value % 2 == 0).then_some(Colour::INK))),
    }
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec(any::<(u8, u8, u8)>().prop_map(edit), 1..25)
}

proptest! {
    #[test]
    fn undoing_all_own_edits_returns_the_board(edits in edits(), step in 1usize..6) {
        let (mut own, _) = pair();
        let start = own.contents();
        let mut undo = Vec::new();
        for edits in edits.chunks(step) {
            let mut reversal = Reversal::default();
            edits.iter().for_each(|edit| reversal.join(own.apply(std::slice::from_ref(edit)).reversal));
            undo.push(reversal);
        }
        let end = own.contents();
        let mut redo = Vec::new();
        for reversal in undo.iter().rev() {
            let reverted = own.revert(reversal);
            prop_assert_eq!(reverted.kept, 0);
            redo.push(reverted.applied.reversal);
        }
        prop_assert_eq!(own.contents(), start);
        for reversal in redo.iter().rev() {
            prop_assert_eq!(own.revert(reversal).kept, 0);
        }
        prop_assert_eq!(own.contents(), end);
    }

    /// What the peer does to shapes of its own, and to keys that the undone edits do not touch, stays as it is.
    #[test]
    fn undo_leaves_peers_edits_alone(own_edits in edits(), colours in prop::collection::vec(0u8..4, 0..4)) {
        let (mut own, mut peer) = pair();
        let mut undo = Vec::new();
        for edit in own_edits.iter().filter(|edit| !matches!(edit, Edit::Remove { .. })) {
            undo.push(own.apply(std::slice::from_ref(edit)).reversal);
        }
        peer.merge(&own.snapshot().0).unwrap();
        let mut coloured = Vec::new();
        for number in colours {
            if peer.shape(&id(number)).is_some() {
                peer.apply(&[set(number, red())]);
                coloured.push(id(number));
            }
        }
        peer.apply(&[insert(9), set(9, red())]);
        own.merge(&peer.diff(&own.state_vector()).unwrap().0).unwrap();
        for reversal in undo.iter().rev() {
            own.revert(reversal);
        }
        for id in coloured.iter().chain([&id(9)]) {
            let stroke = own.shape(id).map(|shape| shape.stroke);
            prop_assert_eq!(stroke, Some(Colour::Swatch(Swatch::Red)), "{} lost its colour", id);
        }
        peer.merge(&own.snapshot().0).unwrap();
        prop_assert_eq!(peer.contents(), own.contents());
    }
}
