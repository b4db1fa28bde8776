//! Bound lines and frames: what is derived follows what it is derived from, on every board, without a write.

#![expect(clippy::unwrap_used, reason = "a test's own values are what they are said to be")]

use board::{Binding, Board, ClientId, Edit, Field, Head, Kind, NewShape, Route, Shape, ShapeId};
use kurbo::{Point, Rect, Shape as _, Size, Vec2};
use proptest::prelude::*;
use scene::{BoardPoint, DisplayList, SvgPainter, Theme, replay};

fn id(text: &str) -> ShapeId {
    ShapeId::parse(text).unwrap()
}

fn insert(name: &str, kind: Kind, fields: Vec<Field>) -> Edit {
    Edit::Insert { id: id(name), shape: NewShape::new(kind, fields) }
}

fn square(name: &str, kind: Kind, x: f64, y: f64) -> Edit {
    insert(name, kind, vec![Field::Pos(BoardPoint::new(x, y)), Field::Size(Size::new(100.0, 100.0))])
}

fn bound(shape: &str, at: Option<(f64, f64)>) -> Option<Binding> {
    Some(Binding { shape: id(shape), at: at.map(Vec2::from) })
}

/// Two shapes, and an arrow from one to the other.
fn two(kind: Kind, route: Route, ends: [Option<(f64, f64)>; 2]) -> Board {
    let mut board = Board::new(ClientId::from_random(1));
    board.apply(&[
        square("a", kind.clone(), 0.0, 0.0),
        square("b", kind, 300.0, 200.0),
        insert(
            "line",
            Kind::Arrow,
            vec![
                Field::Route(route),
                Field::Start(bound("a", ends[0])),
                Field::End(bound("b", ends[1])),
                Field::Points([Vec2::ZERO, Vec2::new(9.0, 9.0)].into()),
            ],
        ),
    ]);
    board
}

fn ends(board: &Board) -> (Point, Point) {
    let points = board.shape(&id("line")).unwrap().board_points();
    (points[0], points[points.len() - 1])
}

fn near(at: Point, x: f64, y: f64) -> bool {
    at.distance(Point::new(x, y)) < 0.6
}

#[test]
fn exact_ends_lie_where_they_are_told_and_follow_a_move_a_resize_and_a_turn() {
    let mut board = two(Kind::Rectangle, Route::Straight, [Some((1.0, 0.5)), Some((0.0, 0.5))]);
    assert!(near(ends(&board).0, 100.0, 50.0) && near(ends(&board).1, 300.0, 250.0));
    let set = |field| Edit::Set { id: id("b"), field };
    let moved = board.apply(&[set(Field::Pos(BoardPoint::new(400.0, 0.0)))]);
    assert!(moved.change.touched.contains(&id("line")), "the line is to be painted anew");
    assert!(near(ends(&board).1, 400.0, 50.0));
    board.apply(&[set(Field::Size(Size::new(100.0, 300.0)))]);
    assert!(near(ends(&board).1, 400.0, 150.0));
    board.apply(&[set(Field::Size(Size::new(100.0, 100.0))), set(Field::Angle(std::f64::consts::PI))]);
    assert!(near(ends(&board).1, 500.0, 50.0));
}

#[test]
fn following_writes_nothing() {
    let mut board = two(Kind::Ellipse, Route::Elbow, [None, None]);
    let stored = |board: &Board| board.contents().lines().find(|line| line.starts_with("\"line\"")).map(str::to_owned);
    let before = (stored(&board), ends(&board));
    board.apply(&[Edit::Set { id: id("a"), field: Field::Pos(BoardPoint::new(-50.0, 400.0)) }]);
    assert_eq!(stored(&board), before.0);
    assert_ne!(ends(&board), before.1);
}

#[test]
fn a_whole_shape_is_pointed_at_from_outside() {
    for kind in [Kind::Rectangle, Kind::Ellipse, Kind::Star, Kind::Note] {
        for route in Route::ALL {
            let board = two(kind.clone(), *route, [None, None]);
            let (start, end) = ends(&board);
            for (name, at) in [("a", start), ("b", end)] {
                let shape = board.shape(&id(name)).unwrap();
                assert!(!shape.encloses(at.into()), "{kind:?} {route:?}: {at:?} is in {name}");
                let outline = shape.outline();
                let gap = outline.segments().map(|edge| kurbo::ParamCurveNearest::nearest(&edge, at, 1e-6).distance_sq);
                let gap = gap.fold(f64::INFINITY, f64::min).sqrt();
                assert!(gap < 40.0, "{kind:?} {route:?}: {gap} from {name}");
            }
        }
    }
}

#[test]
fn an_end_lets_go_of_what_is_gone() {
    let mut board = two(Kind::Rectangle, Route::Straight, [Some((1.0, 0.5)), Some((0.0, 0.5))]);
    board.apply(&[Edit::Remove { id: id("b") }]);
    assert_eq!(ends(&board).1, Point::new(9.0, 9.0));
    let mut late = Board::new(ClientId::from_random(2));
    late.merge(&board.snapshot().0).unwrap();
    assert_eq!(ends(&late), ends(&board));
}

#[test]
fn a_line_that_came_before_what_it_holds_finds_it() {
    let board = two(Kind::Rectangle, Route::Elbow, [None, Some((0.5, 0.0))]);
    let mut author = Board::new(ClientId::from_random(3));
    let line = board.copy(&id("line")).unwrap();
    author.apply(&[Edit::Insert { id: id("line"), shape: line }]);
    author.apply(&[square("a", Kind::Rectangle, 0.0, 0.0), square("b", Kind::Rectangle, 300.0, 200.0)]);
    assert_eq!(ends(&author), ends(&board));
}

fn svg(shape: &Shape) -> String {
    let mut list = DisplayList::new();
    shape.paint(&mut list);
    let mut painter = SvgPainter::new(Theme::Light, shape.bounds().inflate(2.0, 2.0).expand());
    replay(&list, &mut painter);
    painter.finish()
}

#[test]
fn every_route_and_head() {
    for route in Route::ALL {
        let board = two(Kind::Rectangle, *route, [None, None]);
        let line = board.shape(&id("line")).unwrap();
        insta::assert_snapshot!(format!("route-{}", route.name()), svg(line));
    }
    let line = Shape::blank(id("s"), Kind::Line).with_text("label");
    for head in Head::ALL {
        let fields =
            [Field::StartHead(Some(*head)), Field::EndHead(Some(*head)), Field::Dash(board::LineStyle::Dashed)];
        insta::assert_snapshot!(format!("head-{}", head.name()), svg(&line.with(&fields)));
    }
}

#[test]
fn a_frame_cuts_off_what_lies_in_it_and_moves_with_it() {
    let mut board = Board::new(ClientId::from_random(1));
    board.apply(&[
        square("frame", Kind::Frame, 0.0, 0.0),
        square("child", Kind::Rectangle, 50.0, 50.0),
        Edit::Set { id: id("child"), field: Field::Frame(Some(id("frame"))) },
        Edit::Set { id: id("child"), field: Field::Fill(Some(scene::Colour::INK)) },
    ]);
    let child = |board: &Board| board.shape(&id("child")).unwrap().clone();
    assert_eq!(child(&board).bounds(), Rect::new(49.0, 49.0, 100.0, 100.0));
    assert!(
        child(&board).hit(BoardPoint::new(90.0, 90.0), 0.0) && !child(&board).hit(BoardPoint::new(120.0, 120.0), 0.0)
    );
    assert_eq!(board.with_contents(&[id("frame")]), [id("frame"), id("child")]);
    let moved = board.apply(&[Edit::Set { id: id("frame"), field: Field::Pos(BoardPoint::new(0.0, 60.0)) }]);
    assert_eq!(moved.change.touched, [id("child"), id("frame")]);
    assert_eq!(child(&board).bounds(), Rect::new(49.0, 60.0, 100.0, 151.0));
    board.apply(&[Edit::Remove { id: id("frame") }]);
    assert_eq!(child(&board).bounds(), Rect::new(49.0, 49.0, 151.0, 151.0));
}

#[test]
fn frames_in_each_other_end_somewhere() {
    let mut board = Board::new(ClientId::from_random(1));
    board.apply(&[square("a", Kind::Frame, 0.0, 0.0), square("b", Kind::Frame, 50.0, 50.0)]);
    let set = |name: &str, frame: &str| Edit::Set { id: id(name), field: Field::Frame(Some(id(frame))) };
    board.apply(&[set("a", "b"), set("b", "a")]);
    assert_eq!(board.with_contents(&[id("a")]).len(), 2);
    assert_eq!(board.len(), 2);
}

proptest! {
    #[test]
    fn any_line_between_any_shapes_lies_in_its_bounds(
        kinds in (prop::sample::select(Kind::ALL), prop::sample::select(Kind::ALL)),
        (x, y) in (-500.0f64..500.0, -500.0f64..500.0), angle in -4.0f64..4.0,
        route in prop::sample::select(Route::ALL), head in prop::sample::select(Head::ALL),
        ends in prop::array::uniform2(prop::option::of((-0.5f64..1.5, -0.5f64..1.5))),
        via in prop::collection::vec(-300.0f64..300.0, 0..6),
    ) {
        let mut board = Board::new(ClientId::from_random(1));
        board.apply(&[
            square("a", kinds.0.clone(), 0.0, 0.0),
            square("b", kinds.1.clone(), x, y),
            Edit::Set { id: id("b"), field: Field::Angle(angle) },
            insert("line", Kind::Arrow, vec![
                Field::Route(route),
                Field::Start(bound("a", ends[0])),
                Field::End(bound("b", ends[1])),
                Field::EndHead(Some(head)),
                Field::Via(via.into()),
            ]),
        ]);
        let line = board.shape(&id("line")).unwrap();
        prop_assert!(line.bounds().is_finite());
        prop_assert!(line.bounds().inflate(0.2, 0.2).contains_rect(line.outline().bounding_box()));
        let mut list = DisplayList::new();
        line.paint(&mut list);
        let mut painter = SvgPainter::new(Theme::Light, line.bounds());
        replay(&list, &mut painter);
        painter.background();
    }
}
