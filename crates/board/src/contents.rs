//! What a document says, as one canonical text: sorted, independent of history and replica. A script around real Yjs
//! can write the same text (`docs/board-schema.md`), and so prove that both libraries agree.

use std::fmt::Write;

use yrs::{Any, Array, GetString, Map, MapRef, Number, Out, ReadTxn};

use crate::rich::Content;

/// The map as canonical JSON, a shape a line.
pub(crate) fn text<T: ReadTxn>(txn: &T, root: &MapRef) -> String {
    let mut shapes: Vec<(String, Out)> = root.iter(txn).map(|(id, shape)| (id.to_owned(), shape)).collect();
    shapes.sort_by(|one, next| one.0.cmp(&next.0));
    let mut out = String::from("{");
    for (index, (id, shape)) in shapes.iter().enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        write_string(&mut out, id);
        out.push(':');
        write_out(txn, &mut out, shape);
    }
    out.push_str("\n}");
    out
}

/// Shared types are one-key objects, so that they differ from plain values. Depth is bounded: the check before every
/// merge sees to it.
fn write_out<T: ReadTxn>(txn: &T, out: &mut String, value: &Out) {
    match value {
        Out::Any(value) => write_any(out, value),
        Out::YText(text) => write_text(out, &Content::read(txn, text)),
        Out::YArray(list) => write_tagged(out, "array", |out| {
            write_list(out, list.iter(txn), |out, item| write_out(txn, out, &item));
        }),
        Out::YMap(map) => write_tagged(out, "map", |out| {
            let mut entries: Vec<_> = map.iter(txn).collect();
            entries.sort_by(|one, next| one.0.cmp(next.0));
            write_entries(out, entries.into_iter(), |out, value| write_out(txn, out, &value));
        }),
        Out::YXmlElement(xml) => write_tagged(out, "xml", |out| write_string(out, &xml.get_string(txn))),
        Out::YXmlFragment(xml) => write_tagged(out, "xml", |out| write_string(out, &xml.get_string(txn))),
        Out::YXmlText(xml) => write_tagged(out, "xml", |out| write_string(out, &xml.get_string(txn))),
        Out::YDoc(_) | Out::UndefinedRef(_) => out.push_str("{\"unknown\":null}"),
    }
}

/// Letters of which something is said are pairs of letters and what is said; others are a text.
fn write_text(out: &mut String, content: &Content) {
    if content.is_plain() {
        return write_tagged(out, "text", |out| write_string(out, &content.text));
    }
    write_tagged(out, "rich", |out| {
        write_list(out, content.pieces.iter(), |out, piece| {
            out.push('[');
            write_string(out, &piece.text);
            out.push(',');
            let mut attrs: Vec<_> = piece.attrs.iter().map(|(key, value)| (key.as_ref(), value)).collect();
            attrs.sort_by(|one, next| one.0.cmp(next.0));
            write_entries(out, attrs.into_iter(), write_any);
            out.push(']');
        });
    });
}

fn write_any(out: &mut String, value: &Any) {
    match value {
        Any::Null => out.push_str("null"),
        Any::Undefined => out.push_str("{\"undefined\":null}"),
        Any::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Any::Number(Number::Int(value)) => write_number(out, *value as f64),
        Any::Number(Number::Float(value)) => write_number(out, *value),
        Any::String(text) => write_string(out, text),
        Any::Buffer(bytes) => write_tagged(out, "bytes", |out| {
            out.push('"');
            bytes.iter().for_each(|byte| push(out, format_args!("{byte:02x}")));
            out.push('"');
        }),
        Any::Array(values) => write_list(out, values.iter(), write_any),
        Any::Map(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.as_str(), value)).collect();
            entries.sort_by(|one, next| one.0.cmp(next.0));
            write_entries(out, entries.into_iter(), write_any);
        }
    }
}

/// As JavaScript writes numbers, save that exponents have no plus sign and there is no negative zero.
fn write_number(out: &mut String, value: f64) {
    if value.is_nan() {
        out.push_str("{\"number\":\"NaN\"}");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "{\"number\":\"Infinity\"}" } else { "{\"number\":\"-Infinity\"}" });
    } else if value == 0.0 {
        out.push('0');
    } else if (1e-6..1e21).contains(&value.abs()) {
        push(out, format_args!("{value}"));
    } else {
        push(out, format_args!("{value:e}"));
    }
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control < ' ' => push(out, format_args!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn write_tagged(out: &mut String, tag: &str, value: impl FnOnce(&mut String)) {
    push(out, format_args!("{{\"{tag}\":"));
    value(out);
    out.push('}');
}

fn write_list<V>(out: &mut String, values: impl Iterator<Item = V>, write: impl Fn(&mut String, V)) {
    out.push('[');
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, value);
    }
    out.push(']');
}

fn write_entries<'a, V>(out: &mut String, entries: impl Iterator<Item = (&'a str, V)>, write: impl Fn(&mut String, V)) {
    out.push('{');
    for (index, (key, value)) in entries.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_string(out, key);
        out.push(':');
        write(out, value);
    }
    out.push('}');
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a String takes every write");
}
