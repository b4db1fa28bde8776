//! The blocks of the text field: paragraphs of letters with looks as elements, read back as letters, and the selection
//! among them in UTF-16 units. It must not know sessions.

use leptos::prelude::{document, window};
use scene::text::{Font, Look, Span, marker_of, stretches, width_of_em};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

/// The element around all paragraphs.
pub struct Blocks(HtmlElement);

impl Blocks {
    /// Fills this one.
    pub fn new(root: HtmlElement) -> Self {
        Self(root)
    }

    /// The element.
    pub fn root(&self) -> &HtmlElement {
        &self.0
    }

    /// Whether the keys are its.
    pub fn has_focus(&self) -> bool {
        document().active_element().is_some_and(|active| active.is_same_node(Some(&self.0)))
    }

    /// The letters as they stand in it, whatever the browser has made of the blocks.
    pub fn read(&self) -> String {
        let mut paragraphs: Vec<String> = Vec::new();
        // Letters that stand beside the blocks are a paragraph together.
        let mut is_loose = false;
        for node in children(&self.0) {
            let is_block = node.node_name() == "DIV";
            let letters = node.text_content().unwrap_or_default();
            match paragraphs.last_mut() {
                Some(last) if is_loose && !is_block => last.push_str(&letters),
                _ => paragraphs.push(letters),
            }
            is_loose = !is_block;
        }
        paragraphs.join("\n").replace('\u{a0}', " ")
    }

    /// Makes the blocks what they are to be, touching only those that are not; whether any was.
    pub fn show(&self, font: Font, text: &str, spans: &[Span]) -> bool {
        let mut start = 0;
        let mut wanted: Vec<HtmlElement> = Vec::new();
        for paragraph in text.split('\n') {
            wanted.extend(block(font, text, spans, start..start + paragraph.len()));
            start += paragraph.len() + 1;
        }
        let present = children(&self.0);
        let same = |(one, other): &(&Node, &HtmlElement)| one.is_equal_node(Some(other));
        let head = present.iter().zip(&wanted).take_while(same).count();
        let tail = present[head..].iter().rev().zip(wanted[head..].iter().rev()).take_while(same).count();
        let (old, new) = (&present[head..present.len() - tail], &wanted[head..wanted.len() - tail]);
        let before = present.get(present.len() - tail);
        for node in old {
            let _ = self.0.remove_child(node);
        }
        for node in new {
            let _ = self.0.insert_before(node, before);
        }
        !(old.is_empty() && new.is_empty())
    }

    /// What is selected, from where it was begun to the caret. None where the selection is elsewhere.
    pub fn selected(&self) -> Option<(u32, u32)> {
        let selection = window().get_selection().ok()??;
        let from = self.place(&selection.anchor_node()?, selection.anchor_offset())?;
        let to = self.place(&selection.focus_node()?, selection.focus_offset())?;
        Some((from, to))
    }

    fn place(&self, node: &Node, offset: u32) -> Option<u32> {
        if !self.0.contains(Some(node)) {
            return None;
        }
        let mut units = 0;
        for (index, block) in children(&self.0).into_iter().enumerate() {
            let at_root = node.is_same_node(Some(&self.0));
            if at_root && index as u32 == offset {
                return Some(units);
            }
            if !at_root && block.contains(Some(node)) {
                let range = document().create_range().ok()?;
                range.set_start(&block, 0).ok()?;
                range.set_end(node, offset).ok()?;
                return Some(units + range.to_string().length());
            }
            units += length(&block) + 1;
        }
        Some(units.saturating_sub(1))
    }

    /// Selects from one place to another, where the caret then is.
    pub fn select(&self, from: u32, to: u32) {
        let (Ok(Some(selection)), Some(from), Some(to)) =
            (window().get_selection(), self.node_at(from), self.node_at(to))
        else {
            return;
        };
        let _ = selection.set_base_and_extent(&from.0, from.1, &to.0, to.1);
    }

    /// The node in which a place is, and where in it.
    fn node_at(&self, at: u32) -> Option<(Node, u32)> {
        let blocks = children(&self.0);
        let mut left = at;
        let last = blocks.len().checked_sub(1)?;
        for (index, block) in blocks.into_iter().enumerate() {
            let length = length(&block);
            if left > length && index < last {
                left -= length + 1;
                continue;
            }
            let mut left = left.min(length);
            for run in children(&block) {
                let letters = if run.node_type() == Node::TEXT_NODE { Some(run.clone()) } else { run.first_child() };
                let Some(letters) = letters.filter(|node| node.node_type() == Node::TEXT_NODE) else { continue };
                let length = self::length(&letters);
                if left <= length {
                    return Some((letters, left));
                }
                left -= length;
            }
            return Some((block, 0));
        }
        None
    }
}

fn children(node: &Node) -> Vec<Node> {
    std::iter::successors(node.first_child(), Node::next_sibling).collect()
}

fn length(node: &Node) -> u32 {
    node.text_content().map_or(0, |text| text.encode_utf16().count() as u32)
}

/// One paragraph.
fn block(font: Font, text: &str, spans: &[Span], range: std::ops::Range<usize>) -> Option<HtmlElement> {
    let page = document();
    let block: HtmlElement = page.create_element("div").ok()?.dyn_into().ok()?;
    if let Some(marker) = marker_of(&text[range.clone()]) {
        let hanging_em = width_of_em(font, text, spans, range.start..range.start + marker.length);
        let _ = block.style().set_property("padding-left", &format!("{hanging_em:.4}em"));
        let _ = block.style().set_property("text-indent", &format!("-{hanging_em:.4}em"));
    }
    if range.is_empty() {
        // A block of nothing has no height.
        let br: Node = page.create_element("br").ok()?.into();
        let _ = block.append_child(&br);
    }
    for (run, look) in stretches(spans, range) {
        let letters = page.create_text_node(&text[run]);
        let Some(look) = look else {
            let _ = block.append_child(&letters);
            continue;
        };
        let span: Element = page.create_element("span").ok()?;
        span.set_class_name(&class_of(look));
        let _ = span.append_child(&letters);
        let _ = block.append_child(&span);
    }
    Some(block)
}

/// The class by which the style sheet draws a look.
fn class_of(look: &Look) -> String {
    let is = [
        (look.bold, "bold"),
        (look.italic, "italic"),
        (look.underline, "underline"),
        (look.strike, "strike"),
        (look.code, "code"),
        (look.link.is_some(), "link"),
    ];
    let names = is.into_iter().filter(|(is_so, _)| *is_so).map(|(_, name)| name).chain(look.size.name());
    names.map(|name| format!("letters-{name}")).collect::<Vec<_>>().join(" ")
}
