//! What is pasted from other programs: HTML, parsed inert, of which only letters, paragraphs, lists, a few looks and the
//! cells of a table are taken. It must not know where it goes.

use editor::TableCell;
use editor::limits::TABLE_CELLS as CELLS_MAX;
use scene::text::{BULLET, Look, Span, TextSize, link_address};
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, DomParser, Element, Node, SupportedType};

/// Bytes of HTML that are looked at; what is larger is pasted plain.
const HTML_BYTES_MAX: usize = 1024 * 1024;
/// Elements and texts that are looked at.
const NODES_MAX: usize = 20_000;
/// A font weight from here on is bold.
const BOLD_FROM: u32 = 600;

/// The letters of the clipboard.
pub fn plain(data: &DataTransfer) -> String {
    data.get_data("text/plain").unwrap_or_default().replace("\r\n", "\n")
}

/// What HTML says.
#[derive(Default)]
pub struct Written {
    /// Its letters.
    pub text: String,
    /// What of them looks different.
    pub spans: Vec<Span>,
    /// Its cells row by row, where it is a table and nothing else.
    pub table: Option<Vec<Vec<TableCell>>>,
}

impl Written {
    /// Whether it says more than its letters do.
    pub fn has_looks(&self) -> bool {
        !self.text.is_empty() && !self.spans.is_empty() || self.text.contains(BULLET)
    }
}

/// The clipboard's HTML as letters with looks. None where it has none, says no more than its plain text, or is not wanted.
pub fn pasted(data: &DataTransfer, is_plain_wanted: bool) -> Option<(String, Vec<Span>)> {
    let html = data.get_data("text/html").ok().filter(|_| !is_plain_wanted)?;
    read(&html).filter(Written::has_looks).map(|written| (written.text, written.spans))
}

/// What HTML says. None where there is none, or too much of it.
pub fn read(html: &str) -> Option<Written> {
    if html.is_empty() || html.len() > HTML_BYTES_MAX {
        return None;
    }
    // A document of a parser runs no script and loads nothing.
    let page = DomParser::new().ok()?.parse_from_string(html, SupportedType::TextHtml).ok()?;
    let body = page.body()?;
    let mut nodes = 0;
    let (text, spans) = letters(&body, &mut nodes);
    let table = table(&body, &text);
    Some(Written { text, spans, table })
}

/// The letters of an element and what of them looks different.
fn letters(element: &Element, nodes: &mut usize) -> (String, Vec<Span>) {
    let mut writer = Writer::default();
    walk(element, &Look::default(), false, &mut writer, nodes);
    writer.finish()
}

/// The cells of the only table, where all letters are in it: one among words is part of a text, and tables in tables are
/// how letters and pages are laid out.
fn table(body: &Element, text: &str) -> Option<Vec<Vec<TableCell>>> {
    let found = body.query_selector_all("table").ok().filter(|found| found.length() == 1)?;
    let table: Element = found.get(0)?.dyn_into().ok()?;
    let mut nodes = 0;
    let is_all = || {
        let solid = |text: &str| text.split_whitespace().map(str::len).sum::<usize>();
        solid(&letters(&table, &mut 0).0) == solid(text)
    };
    if !is_all() {
        return None;
    }
    let rows = table.query_selector_all("tr").ok()?;
    let cells = |row: Element| -> Vec<TableCell> {
        let children = row.children();
        let cells = (0..children.length()).filter_map(|at| children.item(at));
        cells.filter(is_cell).take(CELLS_MAX).map(|element| cell(&element, &mut nodes)).collect()
    };
    let rows = (0..rows.length()).take(CELLS_MAX).filter_map(|at| rows.get(at)?.dyn_into::<Element>().ok());
    let mut rows: Vec<Vec<TableCell>> = rows.map(cells).collect();
    if rows.iter().all(|row| row.len() < 2) {
        // One cell, or a column of them, is a text: an address in it becomes a card.
        return None;
    }
    let caption = table.query_selector("caption").ok().flatten().map(|caption| letters(&caption, &mut 0));
    if let Some((text, spans)) = caption.filter(|(text, _)| !text.is_empty()) {
        let width = |row: &Vec<TableCell>| row.iter().map(|cell| cell.columns).sum();
        let columns = rows.iter().map(width).max().unwrap_or(1);
        rows.insert(0, vec![TableCell { text, spans, columns, rows: 1 }]);
    }
    Some(rows)
}

fn is_cell(element: &Element) -> bool {
    matches!(element.tag_name().to_ascii_lowercase().as_str(), "td" | "th")
}

fn cell(element: &Element, nodes: &mut usize) -> TableCell {
    let count = |name| element.get_attribute(name).and_then(|count| count.trim().parse().ok()).unwrap_or(1_usize);
    let (columns, rows) = (count("colspan").clamp(1, CELLS_MAX), count("rowspan").clamp(1, CELLS_MAX));
    let (text, spans) = letters(element, nodes);
    TableCell { text, spans, columns, rows }
}

/// Elements nest no deeper than the browser's parser lets them (512).
fn walk(node: &Node, look: &Look, is_pre: bool, writer: &mut Writer, nodes: &mut usize) {
    *nodes += 1;
    if *nodes > NODES_MAX {
        return;
    }
    if node.node_type() == Node::TEXT_NODE {
        return writer.letters(&node.text_content().unwrap_or_default(), look, is_pre);
    }
    let Some(element) = node.dyn_ref::<Element>() else { return };
    let name = element.tag_name().to_ascii_lowercase();
    match name.as_str() {
        "script" | "style" | "template" | "title" | "head" | "noscript" | "iframe" | "object" | "svg" | "math" => {
            return;
        }
        "br" => return writer.line(),
        _ => {}
    }
    let is_block = is_block(&name);
    if is_cell(element) && element.previous_element_sibling().is_some() && !writer.text.is_empty() {
        writer.is_ended = false;
        writer.letters("\t", &Look::default(), true);
    }
    if is_block {
        writer.paragraph();
    }
    let mut look = look.clone();
    put_look(&name, element, &mut look);
    if name == "li" {
        writer.letters(&marker(element), &Look::default(), true);
    }
    let is_pre = is_pre || name == "pre" || style(element, "white-space").starts_with("pre");
    let mut child = node.first_child();
    while let Some(node) = child {
        walk(&node, &look, is_pre, writer, nodes);
        child = node.next_sibling();
    }
    if is_block {
        writer.paragraph();
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "li"
            | "ul"
            | "ol"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "blockquote"
            | "pre"
            | "tr"
            | "table"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "hr"
            | "dl"
            | "dt"
            | "dd"
            | "figure"
    )
}

fn put_look(name: &str, element: &Element, look: &mut Look) {
    match name {
        "b" | "strong" => look.bold = true,
        "i" | "em" => look.italic = true,
        "u" | "ins" => look.underline = true,
        "s" | "strike" | "del" => look.strike = true,
        "code" | "kbd" | "samp" | "tt" => look.code = true,
        "small" => look.size = TextSize::Small,
        "h1" => (look.bold, look.size) = (true, TextSize::Huge),
        "h2" => (look.bold, look.size) = (true, TextSize::Large),
        "h3" | "h4" | "h5" | "h6" | "th" => look.bold = true,
        "a" => {
            look.link =
                element.get_attribute("href").filter(|href| href.contains(':')).as_deref().and_then(link_address)
        }
        _ => {}
    }
    // Some programs wrap everything into a <b> that is none.
    match style(element, "font-weight").as_str() {
        "" => {}
        "bold" | "bolder" => look.bold = true,
        weight => look.bold = weight.parse::<u32>().is_ok_and(|weight| weight >= BOLD_FROM),
    }
    match style(element, "font-style").as_str() {
        "" => {}
        slant => look.italic = slant == "italic" || slant == "oblique",
    }
    let decoration = style(element, "text-decoration") + &style(element, "text-decoration-line");
    look.underline |= decoration.contains("underline") && look.link.is_none();
    look.strike |= decoration.contains("line-through");
}

/// A property of the element's own style.
fn style(element: &Element, name: &str) -> String {
    let declared = element.get_attribute("style").unwrap_or_default().to_ascii_lowercase();
    let value = declared.split(';').filter_map(|one| one.split_once(':')).find(|(key, _)| key.trim() == name);
    value.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

fn marker(item: &Element) -> String {
    match item.parent_element().filter(|list| list.tag_name().eq_ignore_ascii_case("ol")) {
        None => BULLET.to_owned(),
        Some(list) => {
            let mut number = list.get_attribute("start").and_then(|start| start.parse().ok()).unwrap_or(1_u32);
            let mut before = item.previous_element_sibling();
            while let Some(other) = before {
                number += u32::from(other.tag_name().eq_ignore_ascii_case("li"));
                before = other.previous_element_sibling();
            }
            format!("{}. ", number.min(999))
        }
    }
}

/// Letters with looks, written one after the other as a browser would show them.
#[derive(Default)]
struct Writer {
    text: String,
    spans: Vec<Span>,
    /// A paragraph has ended: what comes begins another.
    is_ended: bool,
}

impl Writer {
    fn letters(&mut self, letters: &str, look: &Look, is_pre: bool) {
        let mut letters = letters.replace("\r\n", "\n").replace('\u{a0}', " ");
        if !is_pre {
            letters = collapsed(&letters);
            let is_at_start = self.is_ended || self.text.is_empty() || self.text.ends_with(['\n', ' ']);
            if is_at_start {
                letters.drain(..letters.len() - letters.trim_start_matches(' ').len());
            }
        }
        if letters.is_empty() {
            return;
        }
        if std::mem::take(&mut self.is_ended) && !self.text.is_empty() {
            self.text.truncate(self.text.trim_end_matches(' ').len());
            let end = self.text.len();
            if let Some(last) = self.spans.last_mut() {
                last.range.end = last.range.end.min(end);
            }
            self.text.push('\n');
        }
        let start = self.text.len();
        self.text.push_str(&letters);
        let end = self.text.len();
        match self.spans.last_mut() {
            _ if look.is_plain() => {}
            Some(last) if last.range.end == start && last.look == *look => last.range.end = end,
            _ => self.spans.push(Span { range: start..end, look: look.clone() }),
        }
    }

    fn line(&mut self) {
        self.is_ended = false;
        self.text.push('\n');
    }

    fn paragraph(&mut self) {
        self.is_ended |= !self.text.is_empty() && !self.text.ends_with('\n');
    }

    fn finish(mut self) -> (String, Vec<Span>) {
        self.text.truncate(self.text.trim_end().len());
        let end = self.text.len();
        self.spans.retain_mut(|span| {
            span.range.end = span.range.end.min(end);
            !span.range.is_empty()
        });
        (self.text, self.spans)
    }
}

/// Blanks in a row are one, line breaks are blanks.
fn collapsed(letters: &str) -> String {
    let mut text = String::with_capacity(letters.len());
    for letter in letters.chars() {
        match letter {
            ' ' | '\n' | '\t' | '\r' if text.ends_with(' ') => {}
            ' ' | '\n' | '\t' | '\r' => text.push(' '),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_paragraphs_are_as_a_browser_shows_them() {
        let bold = Look { bold: true, ..Look::default() };
        let mut writer = Writer::default();
        writer.paragraph();
        writer.letters("  one\n  two ", &Look::default(), false);
        writer.letters(" three ", &bold, false);
        writer.paragraph();
        writer.letters("\n  ", &Look::default(), false);
        writer.paragraph();
        writer.letters("four", &bold, false);
        writer.line();
        writer.letters("a  b", &Look::default(), true);
        writer.letters("  ", &bold, true);
        let (text, spans) = writer.finish();
        assert_eq!(text, "one two three\nfour\na  b");
        let found: Vec<&str> = spans.iter().map(|span| &text[span.range.clone()]).collect();
        assert_eq!(found, ["three", "four"]);
    }
}
