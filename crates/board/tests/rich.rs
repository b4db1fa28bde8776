//! Texts with looks: written, said of, taken back, and met by others.

#![expect(clippy::unwrap_used, reason = "a test's own values are what they are said to be")]

use board::{Board, ClientId, Edit, Field, Kind, NewShape, ShapeId, TextPlace};
use proptest::prelude::*;
use scene::text::{Look, Mark, Span, TextSize};
use scene::{DisplayList, SvgPainter, Theme, replay};

fn id() -> ShapeId {
    ShapeId::parse("t").unwrap()
}

fn bold() -> Look {
    Look { bold: true, ..Look::default() }
}

fn format(at_utf16: u32, length_utf16: u32, mark: Mark) -> Edit {
    Edit::FormatText { id: id(), at_utf16, length_utf16, mark }
}

fn splice(at_utf16: u32, delete_utf16: u32, insert: &str) -> Edit {
    Edit::SpliceText { id: id(), at_utf16, delete_utf16, insert: insert.into() }
}

fn write(at_utf16: u32, insert: &str, look: Look) -> Edit {
    Edit::InsertText { id: id(), at_utf16, insert: insert.into(), look }
}

/// Two boards with the text "one two".
fn pair() -> (Board, Board) {
    let mut own = Board::new(ClientId::from_random(1));
    let mut peer = Board::new(ClientId::from_random(2));
    let shape = NewShape::new(Kind::Text, vec![]).with_text("one two");
    own.merge(&peer.apply(&[Edit::Insert { id: id(), shape }]).update.unwrap().0).unwrap();
    (own, peer)
}

/// Bold in `*`, italic in `/`, underlined in `_`, struck in `~`, code in backquotes, sizes and links in brackets.
fn show(board: &Board) -> String {
    let shape = board.shape(&id()).unwrap();
    let mut shown = String::new();
    for (range, look) in scene::text::stretches(shape.spans(), 0..shape.text.len()) {
        let look = look.cloned().unwrap_or_default();
        let signs = [(look.bold, "*"), (look.italic, "/"), (look.underline, "_"), (look.strike, "~"), (look.code, "`")];
        let around: String = signs.iter().filter(|(is_so, _)| *is_so).map(|(_, sign)| *sign).collect();
        let back: String = around.chars().rev().collect();
        let size = look.size.name().map(|name| format!("[{name}]")).unwrap_or_default();
        let link = look.link.map(|link| format!("[{link}]")).unwrap_or_default();
        shown += &format!("{around}{}{back}{size}{link}", &shape.text[range]);
    }
    shown
}

fn meet(own: &mut Board, peer: &mut Board) {
    let (from_own, from_peer) = (own.snapshot(), peer.snapshot());
    own.merge(&from_peer.0).unwrap();
    peer.merge(&from_own.0).unwrap();
    assert_eq!(own.contents(), peer.contents());
}

#[test]
fn looks_are_written_and_read() {
    let (mut own, _) = pair();
    own.apply(&[format(0, 3, Mark::Bold(true))]);
    assert_eq!(show(&own), "*one* two");
    // Letters that follow look the same, those at the front do not.
    own.apply(&[splice(3, 0, "x"), splice(0, 0, "y")]);
    assert_eq!(show(&own), "y*onex* two");
    own.apply(&[write(4, "plain", Look::default()), format(9, 99, Mark::Size(TextSize::Large))]);
    assert_eq!(show(&own), "y*one*plain*x*[large] two[large]");
    own.apply(&[format(0, 99, Mark::Size(TextSize::Normal)), format(0, 99, Mark::Bold(false))]);
    assert_eq!(own.contents().matches("rich").count(), 0, "{}", own.contents());
    own.apply(&[write(0, "l", Look { link: Some("https://a.example".into()), ..bold() })]);
    assert_eq!(show(&own), "*l*[https://a.example]yoneplainx two");
    own.apply(&[format(0, 9, Mark::Link(Some("javascript:alert(1)".into())))]);
    assert_eq!(show(&own), "*l*yoneplainx two", "what is no address takes the link away");
}

#[test]
fn the_first_letters_of_a_label_have_their_looks() {
    let mut board = Board::new(ClientId::from_random(1));
    board.apply(&[Edit::Insert { id: id(), shape: NewShape::new(Kind::Note, vec![]) }]);
    let written = board.apply(&[write(0, "ab", bold()), write(2, "c", Look::default())]);
    assert_eq!(show(&board), "*ab*c");
    let undone = board.revert(&written.reversal);
    assert_eq!((show(&board).as_str(), undone.kept), ("", 0));
}

#[test]
fn a_new_shape_has_its_looks_and_copies_have_them() {
    let (mut own, _) = pair();
    let spans = vec![
        Span { range: 0..2, look: bold() },
        Span { range: 1..3, look: bold() },
        Span { range: 5..99, look: bold() },
    ];
    let shape = NewShape::new(Kind::Text, vec![]).with_text("abcd").with_spans(spans);
    let other = ShapeId::parse("u").unwrap();
    own.apply(&[Edit::Insert { id: other.clone(), shape }]);
    let copy = own.copy(&other).unwrap();
    assert_eq!(copy.spans(), [Span { range: 0..2, look: bold() }]);
    let removed = own.apply(&[Edit::Remove { id: other.clone() }]);
    own.revert(&removed.reversal);
    assert_eq!(own.shape(&other).unwrap().spans(), copy.spans());
}

/// Own edits as one step of undo, then a peer's, then undo, then redo.
#[test]
fn what_was_said_is_taken_back_where_nobody_has_said_otherwise() {
    let mark = Mark::Bold(true);
    let cases = [
        ("nobody came between", vec![format(0, 3, mark.clone())], vec![], "one two", "*one* two"),
        (
            "the peer typed before it",
            vec![format(4, 3, mark.clone())],
            vec![splice(0, 0, "so ")],
            "so one two",
            "so one *two*",
        ),
        ("the peer deleted some of it", vec![format(0, 7, mark.clone())], vec![splice(2, 3, "")], "onwo", "*onwo*"),
        (
            "the peer said another thing",
            vec![format(0, 3, Mark::Size(TextSize::Large))],
            vec![format(0, 3, Mark::Size(TextSize::Huge))],
            "one[huge] two",
            "one[huge] two",
        ),
        ("bold letters went", vec![format(0, 3, mark.clone()), splice(0, 4, "")], vec![], "one two", "two"),
        ("written bold", vec![write(3, "!", bold())], vec![splice(0, 1, "O")], "One two", "One*!* two"),
        (
            "in two respects",
            vec![format(0, 3, mark), format(2, 3, Mark::Code(true))],
            vec![],
            "one two",
            "*on**`e`*` t`wo",
        ),
    ];
    for (name, edits, theirs, undone, redone) in cases {
        let (mut own, mut peer) = pair();
        let applied = own.apply(&edits);
        meet(&mut own, &mut peer);
        peer.apply(&theirs);
        meet(&mut own, &mut peer);
        let reverted = own.revert(&applied.reversal);
        assert_eq!(show(&own), undone, "{name}");
        own.revert(&reverted.applied.reversal);
        assert_eq!(show(&own), redone, "{name}, redone");
        meet(&mut own, &mut peer);
    }
}

#[test]
fn deleted_bold_letters_come_back_bold() {
    let (mut own, mut peer) = pair();
    own.apply(&[format(0, 3, Mark::Bold(true))]);
    let cut = own.apply(&[splice(1, 4, "")]);
    assert_eq!(show(&own), "*o*wo");
    meet(&mut own, &mut peer);
    peer.apply(&[splice(3, 0, "!")]);
    meet(&mut own, &mut peer);
    own.revert(&cut.reversal);
    assert_eq!(show(&own), "*one* two!");
}

#[test]
fn a_place_stays_behind_its_letter() {
    let (mut own, mut peer) = pair();
    let place = own.text_place(&id(), 3).unwrap();
    peer.apply(&[splice(0, 0, "so "), format(2, 4, Mark::Bold(true))]);
    assert_eq!(peer.text_offset(&id(), &place), Some(6));
    peer.apply(&[splice(6, 0, "ly")]);
    meet(&mut own, &mut peer);
    assert_eq!(own.text_offset(&id(), &place), Some(6), "what comes at a caret is behind it");
    own.apply(&[splice(4, 3, "")]);
    assert_eq!(own.text_offset(&id(), &place), Some(4), "its letter went");
    assert_eq!(own.text_offset(&id(), &TextPlace::START), Some(0));
    assert_eq!(own.text_offset(&id(), &TextPlace::behind(99, 7)), None);
    assert_eq!(own.text_place(&ShapeId::parse("nobody").unwrap(), 0), None);
}

#[test]
fn two_people_say_things_of_the_same_letters() {
    let (mut own, mut peer) = pair();
    own.apply(&[format(0, 5, Mark::Bold(true))]);
    peer.apply(&[format(2, 5, Mark::Italic(true)), splice(3, 0, "x")]);
    meet(&mut own, &mut peer);
    assert_eq!(show(&own), show(&peer));
    let text = &own.shape(&id()).unwrap().text;
    assert_eq!(&**text, "onex two");
    let look = |at: usize| scene::text::look_at(own.shape(&id()).unwrap().spans(), at).cloned().unwrap_or_default();
    assert_eq!((look(0).bold, look(0).italic), (true, false));
    assert_eq!((look(2).bold, look(2).italic), (true, true));
    assert_eq!((look(7).bold, look(7).italic), (false, true));
}

/// Every look, in a text that wraps, a list in it, and in a label.
#[test]
fn what_it_looks_like() {
    let text = "Plain bold italic under struck code small large huge link\n• an item that wraps\n1. one";
    let look = |word: &str| {
        let mut look = Look::default();
        match word {
            "bold" => look.bold = true,
            "italic" => look.italic = true,
            "under" => look.underline = true,
            "struck" => look.strike = true,
            "code" => look.code = true,
            "link" => look.link = Some("https://a.example".into()),
            size => look.size = TextSize::from_name(size),
        }
        look
    };
    let words = ["bold", "italic", "under", "struck", "code", "small", "large", "huge", "link"];
    let spans = words.map(|word| {
        let start = text.find(word).unwrap();
        Span { range: start..start + word.len(), look: look(word) }
    });
    let mut board = Board::new(ClientId::from_random(1));
    for (kind, fields) in [
        (Kind::Text, vec![Field::Wrap(Some(240.0))]),
        (Kind::Rectangle, vec![Field::Size(kurbo::Size::new(300.0, 300.0))]),
    ] {
        let name = kind.name().to_owned();
        let shape = NewShape::new(kind, fields).with_text(text).with_spans(spans.to_vec());
        board.apply(&[Edit::Remove { id: id() }, Edit::Insert { id: id(), shape }]);
        let shape = board.shape(&id()).unwrap();
        let mut list = DisplayList::new();
        shape.paint(&mut list);
        let mut painter = SvgPainter::new(Theme::Light, shape.bounds().inflate(4.0, 4.0).expand());
        painter.background();
        replay(&list, &mut painter);
        insta::assert_snapshot!(format!("rich-{name}"), painter.finish());
        let link = text.find("link").unwrap();
        let on_link = shape.text_boxes(link..link + 4)[0].center();
        assert_eq!(shape.link_at(on_link.into()).as_deref(), Some("https://a.example"));
        assert_eq!(shape.link_at(shape.text_boxes(0..5)[0].center().into()), None);
        let first = shape.caret_line(0).unwrap();
        assert_eq!(first.p0.x, shape.text_boxes(0..5)[0].x0);
        assert_eq!(shape.caret_line(text.len()).unwrap().p0.y, shape.text_boxes(text.len() - 1..text.len())[0].y0);
    }
}

fn mark(value: u8) -> Mark {
    let is_so = !value.is_multiple_of(3);
    match value % 7 {
        0 | 1 => Mark::Bold(is_so),
        2 => Mark::Italic(is_so),
        3 => Mark::Code(is_so),
        4 | 5 => Mark::Size(TextSize::ALL[usize::from(value / 7) % 4]),
        _ => Mark::Link(is_so.then(|| "https://a.example".into())),
    }
}

fn edit((action, at, value): (u8, u8, u8)) -> Edit {
    let at = u32::from(at % 16);
    match action % 4 {
        0 => splice(at, u32::from(value % 4), if value % 2 == 0 { "x😀" } else { "" }),
        1 => write(at, "yz", Look { bold: value % 2 == 0, code: value % 3 == 0, ..Look::default() }),
        _ => format(at, u32::from(value % 9), mark(value)),
    }
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec(any::<(u8, u8, u8)>().prop_map(edit), 1..14)
}

proptest! {
    #[test]
    fn whoever_says_what_in_whatever_order_all_read_the_same(
        first in edits(), own_edits in edits(), theirs in edits(), ours_first in any::<bool>(),
    ) {
        let (mut own, mut peer) = pair();
        own.apply(&first);
        meet(&mut own, &mut peer);
        own_edits.iter().for_each(|edit| drop(own.apply(std::slice::from_ref(edit))));
        theirs.iter().for_each(|edit| drop(peer.apply(std::slice::from_ref(edit))));
        meet(&mut own, &mut peer);
        prop_assert_eq!(show(&own), show(&peer));
        let mut third = Board::new(ClientId::from_random(3));
        let (one, other) = if ours_first { (&own, &peer) } else { (&peer, &own) };
        third.merge(&one.snapshot().0).unwrap();
        third.merge(&other.snapshot().0).unwrap();
        prop_assert_eq!(third.contents(), own.contents());
        // Written anew as it is read, it is the same.
        let copy = own.copy(&id()).unwrap();
        let other = ShapeId::parse("u").unwrap();
        third.apply(&[Edit::Insert { id: other.clone(), shape: copy }]);
        prop_assert_eq!(third.shape(&other).unwrap().spans(), own.shape(&id()).unwrap().spans());
    }

    /// Undone, one's own looks are gone and the peer's letters are all there; redone, they are back.
    #[test]
    fn undoing_all_returns_the_text(first in edits(), own_edits in edits(), typed in prop::collection::vec(0u32..16, 0..3)) {
        let (mut own, mut peer) = pair();
        own.apply(&first);
        meet(&mut own, &mut peer);
        let start = own.contents();
        let mut undo: Vec<_> = own_edits.iter().map(|edit| own.apply(std::slice::from_ref(edit)).reversal).collect();
        let end = own.contents();
        if typed.is_empty() {
            let mut redo: Vec<_> = undo.drain(..).rev().map(|reversal| own.revert(&reversal).applied.reversal).collect();
            prop_assert_eq!(own.contents(), start);
            redo.drain(..).rev().for_each(|reversal| drop(own.revert(&reversal)));
            prop_assert_eq!(own.contents(), end);
        } else {
            meet(&mut own, &mut peer);
            typed.iter().for_each(|at| drop(peer.apply(&[splice(*at, 0, "P")])));
            meet(&mut own, &mut peer);
            undo.iter().rev().for_each(|reversal| drop(own.revert(reversal)));
            let text = own.shape(&id()).unwrap().text.clone();
            prop_assert_eq!(text.matches('P').count(), typed.len());
            meet(&mut own, &mut peer);
        }
    }
}
