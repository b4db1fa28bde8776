//! The browser's secure randomness, which plain http has too.

use leptos::prelude::window;
use wasm_bindgen::JsValue;

/// Random bytes, for ids and secrets.
///
/// # Errors
/// A browser without randomness.
pub fn bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], JsValue> {
    let mut bytes = [0_u8; LENGTH];
    window().crypto()?.get_random_values_with_u8_array(&mut bytes)?;
    Ok(bytes)
}
