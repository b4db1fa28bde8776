//! A text as a QR code, dark on light in every theme, as scanners want it.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

/// Modules that stay light around it (ISO/IEC 18004, 9.1).
const QUIET: i32 = 4;

/// The code; nothing for a text that is too long for one.
#[component]
pub fn Qr(
    /// The text.
    text: String,
    /// What it is, for assistive technology.
    label: Signal<String>,
) -> impl IntoView {
    let Some((size, path)) = drawn(&text) else { return ().into_any() };
    view! {
        <svg class="qr" viewBox=format!("0 0 {size} {size}") role="img" aria-label=label shape-rendering="crispEdges">
            <path fill="#fff" d=format!("M0 0h{size}v{size}H0z") />
            <path fill="#000" d=path />
        </svg>
    }
    .into_any()
}

/// Its side in modules with the quiet zone, and its dark modules as a path.
fn drawn(text: &str) -> Option<(i32, String)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    Some((code.size() + 2 * QUIET, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_fits_and_a_book_does_not() {
        let (size, path) = drawn("https://boards.example/b/abcdefghij0123456789#key=0123").expect("a link");
        assert!((21 + 2 * QUIET..=177 + 2 * QUIET).contains(&size));
        // The finder pattern's corner.
        assert!(path.starts_with("M4 4h1v1h-1z"));
        assert!(drawn(&"x".repeat(10_000)).is_none());
    }
}
