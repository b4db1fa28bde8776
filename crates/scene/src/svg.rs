//! The painter that writes SVG: for export, and for the tests, whose pictures are text that a person can review.

use crate::text::CODE_FAMILY;
use crate::{Cap, Colour, Dash, ImageId, ImageRun, Paint, Painter, Rgba, StrokeStyle, Swatch, TextRun, Theme};
use kurbo::{Affine, BezPath, PathEl, Point, Rect};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// How strong the box is that stands for an image whose pixels are not there.
const PLACEHOLDER_OPACITY: f32 = 0.25;

/// Writes what is replayed into it as one SVG document.
pub struct SvgPainter {
    theme: Theme,
    view: Rect,
    definitions: usize,
    body: String,
    images: HashMap<ImageId, String>,
    style: String,
}

impl SvgPainter {
    /// A picture of `view` (in the pixels that are painted), in `theme`, without background.
    pub fn new(theme: Theme, view: Rect) -> Self {
        Self { theme, view, definitions: 0, body: String::new(), images: HashMap::new(), style: String::new() }
    }

    /// Knows these images, as `data:` URLs; others are painted as placeholders.
    #[must_use]
    pub fn with_images(self, images: HashMap<ImageId, String>) -> Self {
        Self { images, ..self }
    }

    /// Carries this style sheet, for its fonts.
    #[must_use]
    pub fn with_style(self, style: &str) -> Self {
        Self { style: format!("<style>{}</style>\n", escaped(style)), ..self }
    }

    /// Fills the whole view with the theme's board colour.
    pub fn background(&mut self) {
        let (x, y, width, height) = self.box_text();
        let colour = self.theme.background().css();
        self.line(format_args!(r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{colour}"/>"#));
    }

    /// The finished document.
    pub fn finish(self) -> String {
        let (x, y, width, height) = self.box_text();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{x} {y} {width} {height}\" \
             width=\"{width}\" height=\"{height}\">\n{}{}</svg>\n",
            self.style, self.body
        )
    }

    fn box_text(&self) -> (String, String, String, String) {
        (number(self.view.x0), number(self.view.y0), number(self.view.width()), number(self.view.height()))
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        self.body.write_fmt(text).expect("a String takes every write");
        self.body.push('\n');
    }

    fn colour(&self, attribute: &str, paint: Paint) -> String {
        let Rgba { r, g, b, a } = self.theme.resolve(paint.colour).faded(paint.opacity);
        let solid = Rgba { r, g, b, a: 255 }.css();
        match a {
            255 => format!(r#"{attribute}="{solid}""#),
            _ => format!(r#"{attribute}="{solid}" {attribute}-opacity="{}""#, number(f64::from(a) / 255.0)),
        }
    }
}

impl Painter for SvgPainter {
    fn fill(&mut self, path: &Arc<BezPath>, paint: Paint) {
        let (path, fill) = (path_text(path), self.colour("fill", paint));
        self.line(format_args!(r#"<path d="{path}" {fill}/>"#));
    }

    fn stroke(&mut self, path: &Arc<BezPath>, paint: Paint, style: StrokeStyle) {
        let (path, stroke, width) = (path_text(path), self.colour("stroke", paint), number(style.width));
        let dash = match style.dash {
            Dash::Solid => String::new(),
            Dash::Dashed { on, off } => format!(r#" stroke-dasharray="{} {}""#, number(on), number(off)),
        };
        let cap = match style.cap {
            Cap::Round => "round",
            Cap::Butt => "butt",
        };
        self.line(format_args!(
            r#"<path d="{path}" fill="none" {stroke} stroke-width="{width}"{dash} stroke-linecap="{cap}" stroke-linejoin="round"/>"#
        ));
    }

    fn text(&mut self, run: &TextRun) {
        let (x, y, size) = (number(run.x), number(run.baseline_y), number(run.font_size_px));
        let (fill, text) = (self.colour("fill", run.paint), escaped(&run.text));
        let family = if run.face.code { CODE_FAMILY } else { run.face.font.family() };
        let weight = if run.face.bold { r#" font-weight="700""# } else { "" };
        let slant = if run.face.italic { r#" font-style="italic""# } else { "" };
        self.line(format_args!(
            r#"<text x="{x}" y="{y}" font-family="{family}" font-size="{size}"{weight}{slant} {fill} style="white-space:pre;font-kerning:none;font-variant-ligatures:none">{text}</text>"#
        ));
    }

    fn image(&mut self, run: &ImageRun) {
        let (x, y) = (number(run.place.x0), number(run.place.y0));
        let (width, height) = (number(run.place.width()), number(run.place.height()));
        let Some(data) = run.image.and_then(|image| self.images.get(&image)).cloned() else {
            let fill = self.colour(
                "fill",
                Paint { colour: Colour::Swatch(Swatch::Grey), opacity: run.opacity * PLACEHOLDER_OPACITY },
            );
            return self.line(format_args!(r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" {fill}/>"#));
        };
        let (natural, part) = (run.natural, run.part);
        let view = [
            part.x0 * natural.width,
            part.y0 * natural.height,
            part.width() * natural.width,
            part.height() * natural.height,
        ];
        let [left, top, across, down] = view.map(number);
        let (whole_width, whole_height) = (number(natural.width), number(natural.height));
        let opacity =
            if run.opacity < 1.0 { format!(r#" opacity="{}""#, number(run.opacity.into())) } else { String::new() };
        self.line(format_args!(
            r#"<svg x="{x}" y="{y}" width="{width}" height="{height}" viewBox="{left} {top} {across} {down}" preserveAspectRatio="none"{opacity}><image href="{data}" width="{whole_width}" height="{whole_height}" preserveAspectRatio="none"/></svg>"#
        ));
    }

    fn push(&mut self, transform: Affine) {
        let [a, b, c, d, e, f] = transform.as_coeffs().map(precise);
        self.line(format_args!(r#"<g transform="matrix({a} {b} {c} {d} {e} {f})">"#));
    }

    fn clip(&mut self, path: &Arc<BezPath>) {
        self.definitions += 1;
        let (id, path) = (self.definitions, path_text(path));
        self.line(format_args!(r##"<clipPath id="c{id}"><path d="{path}"/></clipPath><g clip-path="url(#c{id})">"##));
    }

    fn pop(&mut self) {
        self.line(format_args!("</g>"));
    }
}

/// Hundredths of a pixel: finer than any screen shows, short enough to read.
fn number(value: f64) -> String {
    trimmed(format!("{value:.2}"))
}

fn precise(value: f64) -> String {
    trimmed(format!("{value:.6}"))
}

fn trimmed(text: String) -> String {
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

fn path_text(path: &BezPath) -> String {
    let mut text = String::new();
    let mut step = |letter: char, points: &[Point]| {
        text.push(letter);
        for (index, point) in points.iter().enumerate() {
            let gap = if index > 0 { " " } else { "" };
            write!(text, "{gap}{} {}", number(point.x), number(point.y)).expect("a String takes every write");
        }
    };
    for element in path.elements() {
        match *element {
            PathEl::MoveTo(to) => step('M', &[to]),
            PathEl::LineTo(to) => step('L', &[to]),
            PathEl::QuadTo(by, to) => step('Q', &[by, to]),
            PathEl::CurveTo(by, and, to) => step('C', &[by, and, to]),
            PathEl::ClosePath => step('Z', &[]),
        }
    }
    text
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // XML 1.0 has no way to write these, not even escaped.
            control if control < ' ' && control != '\t' => safe.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Face;
    use crate::{Colour, DisplayList, Swatch, replay};
    use kurbo::Shape;

    #[test]
    fn every_command_has_its_svg() {
        let mut list = DisplayList::new();
        let square = Arc::new(Rect::new(0.0, 0.0, 10.0, 10.126).to_path(0.1));
        list.fill(square.clone(), Colour::Swatch(Swatch::Red));
        let half = Paint { colour: Colour::INK, opacity: 0.5 };
        let dashed = StrokeStyle { width: 2.0, dash: Dash::Dashed { on: 4.0, off: 2.0 }, cap: Cap::Butt };
        list.transformed(Affine::rotate(0.5), |list| list.stroke(square.clone(), half, dashed));
        list.clipped(square, |list| {
            list.text(TextRun {
                text: "a <b> & \"c\" \u{1}".into(),
                x: 1.0,
                baseline_y: -0.001,
                font_size_px: 20.0,
                face: Face::default(),
                paint: Colour::Rgba(0x11223380).into(),
            });
        });
        let mut painter = SvgPainter::new(Theme::Light, Rect::new(0.0, 0.0, 20.0, 20.0));
        painter.background();
        replay(&list, &mut painter);
        insta::assert_snapshot!(painter.finish());
    }
}
