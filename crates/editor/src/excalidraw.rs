//! Excalidraw's files and clipboard as shapes of ours. The format is known as facts only (type, version 2, elements, files);
//! what is not known is left out. Must not know where a text comes from; images are named by whoever has hashed them: the
//! key `asset` in the entry of `files`.

use std::collections::HashMap;

use board::{Field, InkPoint, Kind, NewShape};
use kurbo::{Rect, Size, Vec2};
use scene::BoardPoint;
use scene::text::Font;
use serde_json::Value;

use crate::limits;

/// What the `type` of a text says that this reads.
const TYPES: [&str; 3] = ["excalidraw", "excalidraw/clipboard", "excalidraw-api/clipboard"];
/// The colour of its ink, which follows its theme as ours does.
const INK: &str = "#1e1e1e";

/// The shapes of such a text, lowest first. None: it is none of theirs.
pub(crate) fn read(text: &str) -> Option<Vec<NewShape>> {
    if !text.contains("excalidraw") {
        return None;
    }
    let file: Value = serde_json::from_str(text).ok()?;
    file["type"].as_str().filter(|kind| TYPES.contains(kind))?;
    let elements: Vec<&Value> = file["elements"].as_array()?.iter().filter(|one| one["isDeleted"] != true).collect();
    let labels: HashMap<&str, &Value> =
        elements.iter().filter_map(|one| Some((one["containerId"].as_str()?, *one))).collect();
    let is_there = |id: &str| elements.iter().any(|one| one["id"] == id && closed(one).is_some());
    let shapes = elements.iter().filter(|one| !one["containerId"].as_str().is_some_and(is_there));
    Some(shapes.filter_map(|one| shape(one, &labels, &file["files"])).take(limits::PASTE_SHAPES).collect())
}

fn shape(element: &Value, labels: &HashMap<&str, &Value>, files: &Value) -> Option<NewShape> {
    let mut fields = common(element);
    let size = Size::new(number(&element["width"], 0.0), number(&element["height"], 0.0));
    if let Some(kind) = closed(element) {
        fields.extend([Field::Size(size)]);
        fields.extend(looks(element));
        let label = element["id"].as_str().and_then(|id| labels.get(id));
        let text = label.map_or("", |label| label["text"].as_str().unwrap_or_default());
        fields.extend(label.into_iter().flat_map(|label| text_looks(label)));
        fields.extend(label.and_then(|label| Field::from_text("text_colour", label["strokeColor"].as_str()?)));
        return Some(NewShape::new(kind, fields).with_text(text));
    }
    match element["type"].as_str()? {
        "text" => {
            fields.extend(text_looks(element));
            if element["autoResize"] == false {
                fields.push(Field::Wrap(Some(size.width)));
            }
            let text = element["text"].as_str().filter(|text| !text.trim().is_empty())?;
            Some(NewShape::new(Kind::Text, fields).with_text(text))
        }
        kind @ ("line" | "arrow" | "draw") => {
            let points = points(element);
            let points = if points.len() < 2 { vec![Vec2::ZERO, size.to_vec2()] } else { points };
            fields.push(Field::Points(points.into()));
            fields.extend(looks(element));
            let has_head = element.get("endArrowhead").is_none_or(|head| !head.is_null());
            Some(NewShape::new(if kind == "arrow" && has_head { Kind::Arrow } else { Kind::Line }, fields))
        }
        "freedraw" => {
            fields.push(Field::Width(number(&element["strokeWidth"], 1.0) * 4.0));
            let pressure = |at: usize| element["pressures"].get(at).map_or(0.5, |pressure| number(pressure, 0.5));
            let ink = points(element).into_iter().enumerate().map(|(at, to)| InkPoint::new(to.x, to.y, pressure(at)));
            Some(NewShape::new(Kind::Ink, fields).with_ink(ink.take(limits::INK_POINTS_PER_SHAPE).collect()))
        }
        "image" => {
            fields.push(Field::Size(size));
            let file = &files[element["fileId"].as_str().unwrap_or_default()];
            fields.extend(file["asset"].as_str().and_then(|asset| Field::from_text("asset", asset)));
            fields.extend(cropped(&element["crop"]).unwrap_or_else(|| vec![Field::Natural(size)]));
            let sign = |at: usize| if number(&element["scale"][at], 1.0) < 0.0 { -1.0 } else { 1.0 };
            fields.push(Field::Scale(Vec2::new(sign(0), sign(1))));
            Some(NewShape::new(Kind::Image, fields))
        }
        _ => None,
    }
}

fn closed(element: &Value) -> Option<Kind> {
    match element["type"].as_str()? {
        "rectangle" => Some(Kind::Rectangle),
        "ellipse" => Some(Kind::Ellipse),
        "diamond" => Some(Kind::Diamond),
        _ => None,
    }
}

/// What every element has. Angles turn around the middle, as ours.
fn common(element: &Value) -> Vec<Field> {
    let mut fields = vec![
        Field::Pos(BoardPoint::new(number(&element["x"], 0.0), number(&element["y"], 0.0))),
        Field::Angle(number(&element["angle"], 0.0)),
        Field::Opacity(number(&element["opacity"], 100.0) / 100.0),
    ];
    let stroke = element["strokeColor"].as_str().filter(|colour| *colour != INK);
    fields.extend(stroke.and_then(|colour| Field::from_text("stroke", colour)));
    let mut groups: Vec<&str> =
        element["groupIds"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    groups.reverse();
    let groups = serde_json::to_string(&groups).unwrap_or_default();
    fields.extend(Field::from_text("groups", &groups));
    fields
}

/// Fill, line and the hand that draws.
fn looks(element: &Value) -> Vec<Field> {
    let fill = element["backgroundColor"].as_str().and_then(|colour| Field::from_text("fill", colour));
    let style = match element["fillStyle"].as_str() {
        Some("hachure" | "zigzag") => "hachure",
        Some("cross-hatch") => "cross_hatch",
        _ => "solid",
    };
    let drawn = number(&element["roughness"], 1.0) > 0.0;
    let seed = (number(&element["seed"], 1.0).abs() as u64 % 0x1_0000) as u32;
    let dash = element["strokeStyle"].as_str().and_then(|dash| Field::from_text("dash", dash));
    let round = element["roundness"].is_object().then_some(Field::Radius(Some(16.0)));
    let sketch = drawn.then_some(Field::Sketch(Some(seed)));
    let width = Field::Width(number(&element["strokeWidth"], 2.0));
    [fill, Field::from_text("fill_style", style), dash, round, sketch, Some(width)].into_iter().flatten().collect()
}

fn text_looks(element: &Value) -> Vec<Field> {
    let align = element["textAlign"].as_str().and_then(|align| Field::from_text("align", align));
    let align_y = element["verticalAlign"].as_str().and_then(|align| Field::from_text("align_y", align));
    let size = Field::FontSize(number(&element["fontSize"], 20.0));
    let font = match element["fontFamily"].as_u64() {
        Some(1 | 5) => Some(Field::Font(Font::Hand)),
        Some(3 | 8) => Some(Field::Font(Font::Mono)),
        _ => None,
    };
    [Some(size), font, align, align_y].into_iter().flatten().collect()
}

fn points(element: &Value) -> Vec<Vec2> {
    let point = |point: &Value| {
        let at = Vec2::new(point[0].as_f64()?, point[1].as_f64()?);
        at.is_finite().then_some(at)
    };
    element["points"].as_array().into_iter().flatten().filter_map(point).collect()
}

/// Their crop is in the picture's own pixels.
fn cropped(crop: &Value) -> Option<Vec<Field>> {
    let [x, y, width, height] = ["x", "y", "width", "height"].map(|key| crop[key].as_f64());
    let natural = Size::new(crop["naturalWidth"].as_f64()?, crop["naturalHeight"].as_f64()?);
    let (x, y) = (x? / natural.width, y? / natural.height);
    let part = Rect::new(x, y, x + width? / natural.width, y + height? / natural.height);
    Some(vec![Field::Natural(natural), Field::Crop(part)])
}

fn number(value: &Value, default: f64) -> f64 {
    value.as_f64().filter(|number| number.is_finite()).unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Option<Vec<String>> {
        let shapes = read(text)?;
        Some(shapes.iter().map(|shape| format!("{} {:?}", shape.kind.name(), shape.text)).collect())
    }

    #[test]
    fn elements_become_shapes_and_labels_go_into_theirs() {
        let text = r##"{"type": "excalidraw", "version": 2, "elements": [
            {"id": "a", "type": "rectangle", "x": 10, "y": 20, "width": 100, "height": 50, "strokeColor": "#1e1e1e",
             "backgroundColor": "#ffc9c9", "fillStyle": "hachure", "roughness": 0, "groupIds": ["in", "out"]},
            {"id": "t", "type": "text", "containerId": "a", "text": "Label", "fontSize": 28, "fontFamily": 3, "x": 0, "y": 0},
            {"id": "b", "type": "arrow", "x": 0, "y": 0, "points": [[0, 0], [30, 40]]},
            {"id": "n", "type": "arrow", "x": 0, "y": 0, "points": [[0, 0], [30, 40]], "endArrowhead": null},
            {"id": "f", "type": "freedraw", "points": [[0, 0], [1, 1], [null, 2]], "pressures": []},
            {"id": "x", "type": "text", "text": "alone", "containerId": "gone"},
            {"id": "i", "type": "image", "fileId": "p", "width": 40, "height": 30, "scale": [-1, 1]},
            {"id": "d", "type": "ellipse", "isDeleted": true},
            {"id": "m", "type": "magic"}
        ], "files": {"p": {"asset": "a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7"}}}"##;
        assert_eq!(
            kinds(text).expect("a drawing"),
            [r#"rectangle "Label""#, r#"arrow """#, r#"line """#, r#"ink """#, r#"text "alone""#, r#"image """#]
        );
        let shapes = read(text).expect("a drawing");
        for (key, value) in [
            ("fill", "#ffc9c9"),
            ("fill_style", "hachure"),
            ("font_size", "28"),
            ("font", "mono"),
            ("groups", r#"["out","in"]"#),
        ] {
            let found = shapes[0].fields.iter().rfind(|field| field.key() == key).map(Field::text);
            assert_eq!(found.as_deref(), Some(value), "{key}");
        }
        assert!(shapes[5].fields.iter().any(|field| field.key() == "asset"));
        assert_eq!(shapes[3].ink.len(), 2, "points that are none are left out");
    }

    #[test]
    fn other_texts_are_none_of_theirs() {
        for text in [
            "",
            "excalidraw",
            r#"{"type": "tldraw", "x": "excalidraw"}"#,
            r#"{"type": "excalidraw"}"#,
            "[\"excalidraw\"]",
        ] {
            assert_eq!(kinds(text), None, "{text}");
        }
        assert_eq!(kinds(r#"{"type": "excalidraw", "elements": [7, null, {"type": 5}]}"#), Some(vec![]));
    }
}
