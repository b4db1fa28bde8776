//! What shapes look like, as SVG that a person can review, and that hits, bounds and pictures agree.

#![expect(clippy::unwrap_used, reason = "a test's own values are what they are said to be")]

use board::{Align, AlignY, Field, FillStyle, InkPoint, Kind, LineStyle, Shape, ShapeId};
use kurbo::{Point, Rect, Shape as _, Size, Vec2};
use proptest::prelude::*;
use scene::text::Font;
use scene::{BoardPoint, Colour, DisplayList, Painter, SvgPainter, Swatch, Theme, replay};

fn shape(kind: Kind, fields: &[Field]) -> Shape {
    let text = match kind {
        Kind::Text => "Hello <board>\nand others",
        _ if kind.has_text() => "Label",
        _ => "",
    };
    let stroke = (0..30).map(|step| {
        let along = f64::from(step);
        InkPoint::new(along * 4.0, (along / 4.0).sin() * 30.0, 0.3 + along / 60.0)
    });
    let shape = Shape::blank(ShapeId::parse("s").unwrap(), kind.clone()).with(fields).with_text(text);
    if kind == Kind::Ink { shape.with_ink(stroke) } else { shape }
}

fn kinds() -> Vec<Kind> {
    Kind::ALL.iter().cloned().chain([Kind::Unknown("hologram".into())]).collect()
}

fn svg(shape: &Shape, theme: Theme) -> String {
    let mut list = DisplayList::new();
    shape.paint(&mut list);
    let mut painter = SvgPainter::new(theme, shape.bounds().inflate(4.0, 4.0).expand());
    painter.background();
    replay(&list, &mut painter);
    painter.finish()
}

#[test]
fn every_kind_in_light_and_dark() {
    for kind in kinds() {
        let fields = [
            Field::Pos(BoardPoint::new(20.0, 10.0)),
            Field::Size(Size::new(120.0, 60.0)),
            Field::Points([Vec2::ZERO, Vec2::new(60.0, 40.0), Vec2::new(120.0, 0.0)].into()),
            Field::Fill(Some(Colour::Swatch(Swatch::Yellow))),
            Field::Width(3.0),
        ];
        let plain = shape(kind.clone(), &fields);
        let turned = plain.with(&[Field::Angle(0.5), Field::Stroke(Colour::Rgba(0x203040ff)), Field::Fill(None)]);
        insta::assert_snapshot!(format!("{}-light", kind.name()), svg(&plain, Theme::Light));
        insta::assert_snapshot!(format!("{}-dark-turned", kind.name()), svg(&turned, Theme::Dark));
    }
}

#[test]
fn every_fill_line_and_hand() {
    let place = [Field::Pos(BoardPoint::new(10.0, 10.0)), Field::Size(Size::new(60.0, 40.0))];
    let look = |fields: &[Field]| shape(Kind::Rectangle, &place).with_text("").with(fields);
    for style in FillStyle::ALL {
        let filled = look(&[Field::Fill(Some(Colour::Swatch(Swatch::Green))), Field::FillStyle(*style)]);
        insta::assert_snapshot!(format!("fill-{}", style.name()), svg(&filled, Theme::Light));
        let drawn = filled.with(&[Field::Sketch(Some(7)), Field::Opacity(0.5)]);
        insta::assert_snapshot!(format!("fill-{}-drawn-by-hand", style.name()), svg(&drawn, Theme::Dark));
    }
    for style in LineStyle::ALL {
        insta::assert_snapshot!(format!("line-{}", style.name()), svg(&look(&[Field::Dash(*style)]), Theme::Light));
    }
    let round = [Kind::Rectangle, Kind::Star].map(|kind| look(&[Field::Kind(kind), Field::Radius(Some(6.0))]));
    insta::assert_snapshot!("round-corners", round.map(|shape| svg(&shape, Theme::Light)).join("\n"));
}

#[test]
fn every_font_has_its_letters_and_its_widths() {
    let write = |font| shape(Kind::Text, &[Field::Font(font)]).with_text("Wide iiii");
    let widths: Vec<f64> = Font::ALL.iter().map(|font| write(*font).local_bounds().width()).collect();
    for (at, font) in Font::ALL.into_iter().enumerate() {
        assert!(svg(&write(font), Theme::Light).contains(font.family()), "{font:?}");
        assert!(widths.iter().enumerate().all(|(other, width)| other == at || *width != widths[at]), "{widths:?}");
        assert_eq!(Field::from_text("font", font.name()), Some(Field::Font(font)));
    }
    // Nine letters of 0.6 em.
    assert!((widths[3] - 9.0 * 0.6 * 20.0).abs() < 1e-9, "{widths:?}");
}

#[test]
fn labels_lie_where_they_are_told_and_shapes_make_room() {
    let place = [Field::Size(Size::new(200.0, 100.0))];
    let place_of = |align, align_y| {
        let fields = [Field::Align(Some(align)), Field::AlignY(Some(align_y))];
        shape(Kind::Rectangle, &place).with(&fields).placed_text().unwrap()
    };
    let x = |align| place_of(align, AlignY::Middle).layout.lines[0].x;
    assert!(x(Align::Left) < x(Align::Center) && x(Align::Center) < x(Align::Right));
    let y = |align_y| place_of(Align::Center, align_y).at.y;
    assert_eq!((y(AlignY::Top), y(AlignY::Middle), y(AlignY::Bottom)), (8.0, 37.5, 67.0));
    let long = shape(Kind::Ellipse, &place).with_text(&"many words ".repeat(20));
    let grown = long.with(&[Field::Size(long.size_for_label())]);
    assert!(grown.size.height > 100.0 && grown.size_for_label().height <= grown.size.height + 1.0);
}

/// Collects the box of all that is painted.
#[derive(Default)]
struct Extent {
    transforms: Vec<kurbo::Affine>,
    painted: Option<Rect>,
}

impl Extent {
    fn add(&mut self, rect: Rect) {
        let transform = self.transforms.iter().fold(kurbo::Affine::IDENTITY, |all, one| all * *one);
        let rect = transform.transform_rect_bbox(rect);
        self.painted = Some(self.painted.map_or(rect, |painted| painted.union(rect)));
    }
}

impl Painter for Extent {
    fn fill(&mut self, path: &std::sync::Arc<kurbo::BezPath>, _: scene::Paint) {
        self.add(path.bounding_box());
    }
    fn stroke(&mut self, path: &std::sync::Arc<kurbo::BezPath>, _: scene::Paint, style: scene::StrokeStyle) {
        self.add(path.bounding_box().inflate(style.width / 2.0, style.width / 2.0));
    }
    fn text(&mut self, run: &scene::TextRun) {
        let width = scene::text::width_em(&run.text) * run.font_size_px;
        self.add(Rect::new(
            run.x,
            run.baseline_y - run.font_size_px,
            run.x + width,
            run.baseline_y + run.font_size_px * 0.25,
        ));
    }
    fn image(&mut self, run: &scene::ImageRun) {
        self.add(run.place);
    }
    fn push(&mut self, transform: kurbo::Affine) {
        self.transforms.push(transform);
    }
    fn clip(&mut self, _: &std::sync::Arc<kurbo::BezPath>) {
        self.transforms.push(kurbo::Affine::IDENTITY);
    }
    fn pop(&mut self) {
        self.transforms.pop();
    }
}

prop_compose! {
    fn any_shape()(
        kind in prop::sample::select(kinds()),
        (x, y) in (-500.0f64..500.0, -500.0f64..500.0),
        (width, height) in (0.0f64..300.0, 0.0f64..300.0),
        corners in prop::collection::vec((-200.0f64..200.0, -200.0f64..200.0), 2..6),
        angle in prop_oneof![Just(0.0), -4.0f64..4.0],
        (line, font_size) in (0.1f64..40.0, 4.0f64..80.0),
        wrap in prop::option::of(10.0f64..300.0),
        (stretch_x, stretch_y) in (0.2f64..3.0, -3.0f64..-0.2),
        (filled, drawn) in (any::<bool>(), prop::option::of(any::<u32>())),
        fill_style in prop::sample::select(FillStyle::ALL),
        radius in prop::option::of(0.0f64..80.0),
    ) -> Shape {
        shape(kind, &[
            Field::Pos(BoardPoint::new(x, y)),
            Field::Size(Size::new(width, height)),
            Field::Points(corners.into_iter().map(Vec2::from).collect()),
            Field::Angle(angle),
            Field::Width(line),
            Field::FontSize(font_size),
            Field::Wrap(wrap),
            Field::Scale(Vec2::new(stretch_x, stretch_y)),
            Field::Fill(filled.then_some(Colour::INK)),
            Field::FillStyle(fill_style),
            Field::Sketch(drawn),
            Field::Radius(radius),
        ])
    }
}

fn near(one: Rect, other: Rect) -> bool {
    [one.x0 - other.x0, one.y0 - other.y0, one.x1 - other.x1, one.y1 - other.y1].iter().all(|gap| gap.abs() < 1e-6)
}

proptest! {
    #[test]
    fn all_that_is_painted_lies_in_the_bounds(shape in any_shape()) {
        let mut list = DisplayList::new();
        shape.paint(&mut list);
        let mut extent = Extent::default();
        replay(&list, &mut extent);
        let painted = extent.painted.unwrap();
        // A turned box's box is wider than the box of what is turned in it.
        let slack = if shape.angle == 0.0 { 0.01 } else { painted.width() + painted.height() };
        prop_assert!(shape.bounds().inflate(slack, slack).contains_rect(painted), "{painted:?} in {:?}", shape.bounds());
        prop_assert!(shape.bounds().inflate(0.2, 0.2).contains_rect(shape.outline().bounding_box()));
    }

    #[test]
    fn a_hit_lies_in_the_bounds(shape in any_shape(), (x, y) in (-1.5f64..1.5, -1.5f64..1.5), margin in 0.0f64..20.0) {
        let bounds = shape.bounds();
        let at = bounds.center() + Vec2::new(x * bounds.width() / 2.0, y * bounds.height() / 2.0);
        let reach = margin * 1.5 + 0.2;
        if shape.hit(at.into(), margin) {
            prop_assert!(bounds.inflate(reach, reach).contains(at), "{at:?} hits outside {bounds:?}");
        }
    }

    #[test]
    fn a_shape_is_hit_where_it_is_painted(shape in any_shape(), along in 0.0f64..1.0) {
        let outline = shape.outline();
        let segments: Vec<_> = outline.segments().collect();
        prop_assume!(!segments.is_empty() && shape.kind != Kind::Ink);
        let at = kurbo::ParamCurve::eval(&segments[(along * segments.len() as f64) as usize], 0.5);
        prop_assert!(shape.hit(at.into(), 0.2));
    }

    #[test]
    fn resizing_fills_the_new_box((shape, flip) in (any_shape(), any::<(bool, bool)>()), (w, h) in (0.5f64..3.0, 0.5f64..3.0)) {
        let from = shape.local_bounds();
        prop_assume!(from.width() > 1.0 && from.height() > 1.0);
        let mut to = Rect::new(30.0, 40.0, 30.0 + from.width() * w, 40.0 + from.height() * h);
        if flip.0 { std::mem::swap(&mut to.x0, &mut to.x1); }
        if flip.1 { std::mem::swap(&mut to.y0, &mut to.y1); }
        let resized = shape.with(&shape.resized(from, to));
        let landed = resized.local_bounds();
        match shape.kind {
            Kind::Text | Kind::Unknown(_) => {
                let origin = to.abs().origin();
                prop_assert!(landed.origin().distance(origin) < 1e-6 || matches!(shape.kind, Kind::Unknown(_)));
            }
            _ => prop_assert!(near(landed, to.abs()), "{landed:?} is not {to:?}"),
        }
        prop_assert!(near(shape.with(&shape.resized(from, from)).local_bounds(), from) || shape.kind == Kind::Text);
    }

    #[test]
    fn corners_go_to_the_board_and_back(shape in any_shape(), index in 0usize..8, (x, y) in (-300.0f64..300.0, -300.0f64..300.0)) {
        for (corner, stored) in shape.board_points().into_iter().zip(shape.points.iter()) {
            prop_assert!((shape.point_from_board(corner) - *stored).hypot() < 1e-6);
        }
        let points = shape.points_with(index, shape.point_from_board(Point::new(x, y)));
        prop_assert!(points.len() >= shape.points.len() && points.len() <= shape.points.len() + 1);
    }
}

#[test]
fn empty_shapes_are_hit_at_their_line_and_filled_ones_inside() {
    let middle = BoardPoint::new(50.0, 50.0);
    for kind in [Kind::Rectangle, Kind::Ellipse, Kind::Diamond] {
        let empty = shape(kind, &[]).with_text("");
        assert!(!empty.hit(middle, 4.0) && empty.hit(BoardPoint::new(50.0, -2.0), 2.0));
        assert!(empty.with(&[Field::Fill(Some(Colour::INK))]).hit(middle, 0.0));
        assert!(empty.with_text("words").hit(middle, 0.0));
    }
    assert!(shape(Kind::Text, &[]).hit(BoardPoint::new(5.0, 5.0), 0.0));
}

#[test]
fn text_pulled_sideways_wraps_and_pulled_at_a_corner_grows() {
    let text = shape(Kind::Text, &[]);
    let from = text.local_bounds();
    let narrow = text.with(&text.resized(from, Rect::new(0.0, 0.0, from.width() / 2.0, from.height())));
    assert_eq!((narrow.font_size, narrow.wrap), (text.font_size, Some(from.width() / 2.0)));
    assert!(narrow.local_bounds().height() > from.height());
    let large = text.with(&text.resized(from, Rect::new(0.0, 0.0, from.width() * 2.0, from.height() * 2.0)));
    assert_eq!((large.font_size, large.wrap), (2.0 * text.font_size, None));
}
