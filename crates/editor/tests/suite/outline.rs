//! Boards as text: one line a shape, lowest first, `kind id x,y` and what is not default.

use board::{Board, ClientId, Edit, Field, Kind, NewShape, Shape, ShapeId};
use editor::Editor;
use kurbo::{Size, Vec2};
use scene::BoardPoint;

/// The board of an outline: `rectangle a 0,0 100x50 fill=red`, `line b 0,0 0,0 100,0`, `text c 0,0 "hello"`.
pub fn board(client: u64, outline: &str) -> Board {
    let mut board = Board::new(ClientId::from_random(client));
    let edits: Vec<Edit> = outline
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .enumerate()
        .map(|(index, line)| insert(index, line))
        .collect();
    board.apply(&edits);
    board
}

fn insert(index: usize, line: &str) -> Edit {
    let (line, text) = match line.split_once('"') {
        Some((line, text)) => (line, text.trim_end_matches('"')),
        None => (line, ""),
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let kind = Kind::from_name(words[0]);
    let at = pair(words[2]);
    let order = board::OrderKey::parse(&format!("b{index:02}V")).expect("an order key");
    let mut fields = vec![Field::Pos(BoardPoint::new(at.x, at.y)), Field::Order(order)];
    let mut points = vec![];
    for word in &words[3..] {
        if let Some(colour) = word.strip_prefix("fill=") {
            fields.push(Field::Fill(colour.parse().ok()));
        } else if let Some(colour) = word.strip_prefix("stroke=") {
            fields.push(Field::Stroke(colour.parse().expect("a colour")));
        } else if let Some(angle) = word.strip_prefix("angle=") {
            fields.push(Field::Angle(angle.parse::<f64>().expect("degrees").to_radians()));
        } else if let Some((width, height)) = word.split_once('x') {
            fields.push(Field::Size(Size::new(number(width), number(height))));
        } else {
            points.push(pair(word));
        }
    }
    if !points.is_empty() {
        fields.push(Field::Points(points.into()));
    }
    Edit::Insert { id: id(words[1]), shape: NewShape::new(kind, fields).with_text(text) }
}

/// The outline of an editor's board; what is selected has a star. Shapes with random ids are called `new`.
pub fn outline(editor: &Editor) -> String {
    let lines = editor.board().shapes().map(|shape| {
        let star = if editor.selection().contains(&shape.id) { " *" } else { "" };
        format!("{}{star}\n", shape_line(shape))
    });
    lines.collect()
}

fn shape_line(shape: &Shape) -> String {
    let name = if shape.id.as_str().len() == 10 { "new" } else { shape.id.as_str() };
    let mut line = format!("{} {name} {},{}", shape.kind.name(), rounded(shape.pos.x), rounded(shape.pos.y));
    match shape.kind {
        Kind::Line | Kind::Arrow | Kind::Polygon => {
            for point in &*shape.points {
                line += &format!(" {},{}", rounded(point.x), rounded(point.y));
            }
        }
        Kind::Ink => line += &format!(" {} points", shape.ink.len()),
        Kind::Text => line += &format!(" {:?}", shape.text),
        _ => {
            line += &format!(" {}x{}", rounded(shape.size.width), rounded(shape.size.height));
            if !shape.text.is_empty() {
                line += &format!(" {:?}", shape.text);
            }
        }
    }
    if shape.angle != 0.0 {
        line += &format!(" angle={}", rounded(shape.angle.to_degrees()));
    }
    if let Some(fill) = shape.fill {
        line += &format!(" fill={fill}");
        if shape.fill_style != board::FillStyle::Solid {
            line += &format!("/{}", shape.fill_style.name());
        }
    }
    if shape.stroke != scene::Colour::INK {
        line += &format!(" stroke={}", shape.stroke);
    }
    line
}

/// The lines without their indentation.
pub fn trimmed(outline: &str) -> String {
    outline.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

pub fn id(name: &str) -> ShapeId {
    ShapeId::parse(name).expect("a short id")
}

pub fn pair(text: &str) -> Vec2 {
    let (x, y) = text.split_once(',').expect("x,y");
    Vec2::new(number(x), number(y))
}

pub fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

fn rounded(value: f64) -> f64 {
    // Minus zero would be written with its sign.
    (value * 100.0).round() / 100.0 + 0.0
}
