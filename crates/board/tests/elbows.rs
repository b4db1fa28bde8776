//! Elbows and what is in their way: pictures of routes, and what holds for all of them.

#![expect(clippy::unwrap_used, reason = "a test's own values are what they are said to be")]

use board::{Binding, Board, ClientId, Edit, Field, Kind, NewShape, OrderKey, Route, ShapeId};
use kurbo::{Point, Rect};
use proptest::prelude::*;

/// The sides of a letter in a picture, in board pixels.
const CELL: f64 = 32.0;

fn id(text: &str) -> ShapeId {
    ShapeId::parse(text).unwrap()
}

fn boxed(name: &str, rect: Rect, order: usize) -> Edit {
    let order = OrderKey::parse(&format!("b{order:02}V")).unwrap();
    let fields = vec![Field::Pos(rect.origin().into()), Field::Size(rect.size()), Field::Order(order)];
    Edit::Insert { id: id(name), shape: NewShape::new(Kind::Rectangle, fields) }
}

/// An elbow from `a` to `b`, each as a whole.
fn elbow() -> Edit {
    let end = |name: &str| Some(Binding { shape: id(name), at: None });
    let fields = vec![Field::Route(Route::Elbow), Field::Start(end("a")), Field::End(end("b"))];
    Edit::Insert { id: id("line"), shape: NewShape::new(Kind::Arrow, fields) }
}

fn corners(board: &Board) -> Vec<Point> {
    board.shape(&id("line")).unwrap().seen_corners()
}

/// The boxes of the letters in a picture.
fn boxes(rows: &[&str]) -> Vec<(char, Rect)> {
    let mut found: Vec<(char, Rect)> = vec![];
    for (row, line) in rows.iter().enumerate() {
        for (column, letter) in line.chars().enumerate().filter(|(_, letter)| letter.is_ascii_alphabetic()) {
            let cell = Rect::from_origin_size((column as f64 * CELL, row as f64 * CELL), (CELL, CELL));
            match found.iter_mut().find(|(known, _)| *known == letter) {
                Some((_, rect)) => *rect = rect.union(cell),
                None => found.push((letter, cell)),
            }
        }
    }
    found
}

/// The picture with the route that its boxes lead to.
fn drawn(rows: &[&str]) -> String {
    let mut board = Board::new(ClientId::from_random(1));
    let found = boxes(rows);
    let shapes = found.iter().enumerate();
    let edits: Vec<Edit> =
        shapes.map(|(at, (letter, rect))| boxed(&letter.to_lowercase().to_string(), *rect, at)).collect();
    board.apply(&edits);
    board.apply(&[elbow()]);
    let mut cells: Vec<Vec<char>> = rows
        .iter()
        .map(|line| line.chars().map(|letter| if letter.is_ascii_alphabetic() { letter } else { '.' }).collect())
        .collect();
    let corners = corners(&board);
    let mut mark = |at: Point, letter: char| {
        let cell = cells.get_mut((at.y / CELL) as usize).and_then(|row| row.get_mut((at.x / CELL) as usize));
        let cell = cell.filter(|cell| !cell.is_ascii_alphabetic() || letter == 'x');
        cell.into_iter().for_each(|cell| *cell = letter);
    };
    for pair in corners.windows(2) {
        let letter = if (pair[0].y - pair[1].y).abs() < 0.5 { '-' } else { '|' };
        let steps = (pair[0].distance(pair[1]) / 4.0).ceil() as usize;
        (0..=steps).for_each(|step| mark(pair[0].lerp(pair[1], step as f64 / steps as f64), letter));
    }
    corners[1..corners.len() - 1].iter().for_each(|corner| mark(*corner, '+'));
    cells.into_iter().map(|row| row.into_iter().collect::<String>() + "\n").collect()
}

#[test]
fn routes_are_as_they_are_drawn() {
    let file = include_str!("routes.txt");
    let mut made = String::new();
    for picture in file.split("\n\n").map(str::trim) {
        let (name, rows) = picture.split_once('\n').unwrap();
        assert!(name.starts_with("# "), "{name}");
        made += &format!("{name}\n{}\n", drawn(&rows.lines().collect::<Vec<_>>()));
    }
    assert!(made.trim_end() == file.trim_end(), "the routes are\n\n{made}");
}

fn crosses(corners: &[Point], rect: Rect) -> bool {
    corners.windows(2).any(|pair| {
        let stretch = Rect::from_points(pair[0], pair[1]);
        stretch.x0 < rect.x1 && stretch.x1 > rect.x0 && stretch.y0 < rect.y1 && stretch.y1 > rect.y0
    })
}

/// A box with its place and size in tens, as hands leave them.
fn any_box() -> impl Strategy<Value = Rect> {
    (-40i32..40, -40i32..40, 1i32..16, 1i32..16)
        .prop_map(|(x, y, width, height)| {
            Rect::new(0.0, 0.0, width.into(), height.into()) + kurbo::Vec2::new(x.into(), y.into())
        })
        .prop_map(|rect| rect.scale_from_origin(10.0))
}

proptest! {
    #[test]
    fn routes_lead_from_port_to_port_and_never_across_what_they_hold(
        (x, y) in (-60i32..60, -60i32..60), others in prop::collection::vec(any_box(), 0..14),
    ) {
        let (a, b) = (Rect::new(0.0, 0.0, 100.0, 100.0), Rect::new(0.0, 0.0, 100.0, 100.0));
        let b = b + kurbo::Vec2::new(f64::from(x) * 10.0, f64::from(y) * 10.0);
        prop_assume!(!a.inflate(30.0, 30.0).overlaps(b));
        let board = board_of(a, b, &others, |at| at);
        let corners = corners(&board);
        for pair in corners.windows(2) {
            prop_assert!((pair[0].x - pair[1].x).abs() < 0.01 || (pair[0].y - pair[1].y).abs() < 0.01, "{corners:?}");
        }
        for (rect, end, next) in [(a, corners[0], corners[1]), (b, corners[corners.len() - 1], corners[corners.len() - 2])] {
            prop_assert!(!crosses(&corners, rect.inflate(-1.0, -1.0)), "{corners:?} crosses {rect:?}");
            let side = [(rect.x0 - 6.0, rect.center().y), (rect.x1 + 6.0, rect.center().y),
                (rect.center().x, rect.y0 - 6.0), (rect.center().x, rect.y1 + 6.0)];
            prop_assert!(side.iter().any(|port| end.distance((*port).into()) < 0.1), "{end:?} is no port of {rect:?}");
            prop_assert!((next - end).dot(end - rect.center()) >= 0.0, "it leaves backwards: {corners:?}");
        }
    }

    #[test]
    fn routes_are_the_same_whatever_came_first_and_lies_on_top(
        (x, y) in (20i32..60, -60i32..60), others in prop::collection::vec(any_box(), 1..14), turn in 1usize..14,
    ) {
        let (a, b) = (Rect::new(0.0, 0.0, 100.0, 100.0), Rect::new(0.0, 0.0, 100.0, 100.0));
        let b = b + kurbo::Vec2::new(f64::from(x) * 10.0, f64::from(y) * 10.0);
        let one = board_of(a, b, &others, |at| at);
        let mut turned = others.clone();
        turned.rotate_left(turn % others.len());
        let other = board_of(a, b, &turned, |at| 40 - at);
        prop_assert_eq!(corners(&one), corners(&other));
    }

    #[test]
    fn routes_after_edits_are_as_after_a_fresh_load(
        (x, y) in (20i32..60, -60i32..60), others in prop::collection::vec(any_box(), 1..10),
        edits in prop::collection::vec((0usize..10, prop::option::of(any_box())), 1..8),
    ) {
        let (a, b) = (Rect::new(0.0, 0.0, 100.0, 100.0), Rect::new(0.0, 0.0, 100.0, 100.0));
        let b = b + kurbo::Vec2::new(f64::from(x) * 10.0, f64::from(y) * 10.0);
        let mut board = board_of(a, b, &others, |at| at);
        for (which, to) in edits {
            let name = id(&format!("o{}", which % others.len()));
            let before = corners(&board);
            let edits = match to {
                Some(rect) => vec![
                    Edit::Set { id: name.clone(), field: Field::Pos(rect.origin().into()) },
                    Edit::Set { id: name, field: Field::Size(rect.size()) },
                ],
                None => vec![Edit::Remove { id: name }],
            };
            let touched = board.apply(&edits).change.touched;
            prop_assert!(before == corners(&board) || touched.contains(&id("line")), "it is painted anew");
            let mut fresh = Board::new(ClientId::from_random(9));
            fresh.merge(&board.snapshot().0).unwrap();
            prop_assert_eq!(corners(&board), corners(&fresh));
        }
    }
}

fn board_of(a: Rect, b: Rect, others: &[Rect], order: impl Fn(usize) -> usize) -> Board {
    let mut board = Board::new(ClientId::from_random(1));
    board.apply(&[boxed("a", a, 60), boxed("b", b, 61), elbow()]);
    let names = others.iter().enumerate();
    let edits: Vec<Edit> = names.map(|(at, rect)| boxed(&format!("o{at}"), *rect, order(at))).collect();
    board.apply(&edits);
    board
}

#[test]
fn what_lies_around_an_end_is_not_in_the_way() {
    let (a, b) = (Rect::new(0.0, 0.0, 100.0, 100.0), Rect::new(400.0, 0.0, 500.0, 100.0));
    let free = corners(&board_of(a, b, &[], |at| at));
    let around_both = [Rect::new(-50.0, -50.0, 600.0, 200.0)];
    assert_eq!(corners(&board_of(a, b, &around_both, |at| at)), free);
    let around_one = [Rect::new(-50.0, -50.0, 200.0, 200.0), Rect::new(350.0, -50.0, 600.0, 200.0)];
    assert_eq!(corners(&board_of(a, b, &around_one, |at| at)), free);
}

#[test]
fn a_frame_and_a_line_are_not_in_the_way() {
    let (a, b) = (Rect::new(0.0, 0.0, 100.0, 100.0), Rect::new(400.0, 0.0, 500.0, 100.0));
    let mut board = board_of(a, b, &[Rect::new(200.0, -100.0, 300.0, 200.0)], |at| at);
    let around = corners(&board);
    assert!(around.len() > 2);
    board.apply(&[Edit::Set { id: id("o0"), field: Field::Kind(Kind::Frame) }]);
    assert_eq!(corners(&board).len(), 2);
    board.apply(&[Edit::Set { id: id("o0"), field: Field::Kind(Kind::Ellipse) }]);
    assert_eq!(corners(&board), around);
}

#[test]
fn following_what_is_in_the_way_writes_nothing_and_a_kept_stretch_stays() {
    let (a, b) = (Rect::new(0.0, 0.0, 100.0, 100.0), Rect::new(400.0, 0.0, 500.0, 100.0));
    let mut board = board_of(a, b, &[Rect::new(200.0, 300.0, 300.0, 400.0)], |at| at);
    let stored = |board: &Board| board.contents().lines().find(|line| line.starts_with("\"line\"")).map(str::to_owned);
    let (before, free) = (stored(&board), corners(&board));
    let moved = Edit::Set { id: id("o0"), field: Field::Pos(scene::BoardPoint::new(200.0, 0.0)) };
    board.apply(std::slice::from_ref(&moved));
    assert_eq!(stored(&board), before);
    assert_ne!(corners(&board), free);
    board.apply(&[Edit::Set { id: id("line"), field: Field::Via([1.0, 50.0].into()) }]);
    assert_eq!(corners(&board), free);
}

#[test]
fn a_crowd_costs_a_bounded_search() {
    let (a, b) = (Rect::new(-500.0, 0.0, -400.0, 100.0), Rect::new(2000.0, 900.0, 2100.0, 1000.0));
    let others: Vec<Rect> = (0..90)
        .map(|at| (f64::from(at % 10), f64::from(at / 10)))
        .map(|(column, row)| Rect::from_origin_size((column * 150.0, row * 120.0 - 100.0), (110.0, 80.0)))
        .collect();
    let corners = corners(&board_of(a, b, &others, |at| at));
    let crossed = others.iter().filter(|rect| crosses(&corners, **rect)).count();
    assert_eq!(crossed, 0, "{corners:?}");
}
