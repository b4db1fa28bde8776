//! Keeps `assets/fonts/*.widths` equal to the bundled fonts. With `UPDATE_WIDTHS=1` it writes the table.

use std::fmt::Write;
use std::path::Path;

fn generated(name: &str, font: &[u8]) -> String {
    let face = ttf_parser::Face::parse(font, 0).expect("the bundled font is a font");
    let mut letters: Vec<u32> = Vec::new();
    for subtable in
        face.tables().cmap.expect("it maps letters").subtables.into_iter().filter(|table| table.is_unicode())
    {
        subtable.codepoints(|letter| letters.push(letter));
    }
    letters.sort_unstable();
    letters.dedup();
    let mut text = format!(
        "# Advance widths of {name}.ttf in font units, by letter (hexadecimal), a run of neighbours a line.\n\
         # Generated: UPDATE_WIDTHS=1 cargo test -p scene --test widths\n\
         units_per_em {}\nascent {}\ndescent {}",
        face.units_per_em(),
        face.ascender(),
        -face.descender()
    );
    let mut next = None;
    for letter in letters {
        let glyph = char::from_u32(letter).and_then(|letter| face.glyph_index(letter));
        let Some(width) = glyph.and_then(|glyph| face.glyph_hor_advance(glyph)) else { continue };
        if next != Some(letter) {
            write!(text, "\n{letter:04X}").expect("a String takes every write");
        }
        write!(text, " {width}").expect("a String takes every write");
        next = Some(letter + 1);
    }
    text.push('\n');
    text
}

#[test]
fn the_committed_tables_are_the_fonts() {
    let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/fonts");
    for font in scene::text::Font::ALL {
        let name = format!("boardwalk-{}", font.name());
        let table = generated(&name, &std::fs::read(fonts.join(format!("{name}.ttf"))).unwrap());
        let path = fonts.join(format!("{name}.widths"));
        if std::env::var_os("UPDATE_WIDTHS").is_some() {
            std::fs::write(&path, &table).unwrap();
        }
        assert!(std::fs::read_to_string(&path).unwrap() == table, "run the test once with UPDATE_WIDTHS=1");
    }
}
