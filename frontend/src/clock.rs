//! The browser's clock and calendar, the only place that reads them outside the canvas shell.

use js_sys::{Array, Date, Intl, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::words::Language;

/// Milliseconds since 1970, UTC.
pub fn now_ms() -> f64 {
    Date::now()
}

/// Lets the browser do what it has to do before more is done.
pub async fn pause() {
    let turn = Promise::new(&mut |resolve, _| {
        // Without timers there is nobody to wait for.
        let _ = window().set_timeout_with_callback(&resolve);
    });
    // It is never refused.
    let _ = JsFuture::from(turn).await;
}

/// Today and the time of day as a person writes them, such as "Nov 22, 2:50 PM".
pub fn now_in_words(language: Language) -> String {
    let options = Object::new();
    for (part, form) in [("day", "numeric"), ("month", "short"), ("hour", "numeric"), ("minute", "2-digit")] {
        // Setting a key of a fresh plain object cannot fail.
        let _ = Reflect::set(&options, &part.into(), &form.into());
    }
    Date::new_0().to_locale_string(language.tag(), &options).into()
}

/// How far off something is, such as "5 minutes ago", "yesterday" or "in 3 days".
pub fn relative(then_ms: f64, now_ms: f64, language: Language) -> String {
    let (amount, unit) = whole_units((then_ms - now_ms) / 1000.0);
    let options = Object::new();
    let _ = Reflect::set(&options, &"numeric".into(), &"auto".into());
    let locales = Array::of1(&JsValue::from_str(language.tag()));
    Intl::RelativeTimeFormat::new(&locales, &options).format(amount, unit).into()
}

/// The largest unit that fits, and how many of it.
fn whole_units(seconds: f64) -> (f64, &'static str) {
    const UNITS: [(f64, &str); 5] =
        [(31_557_600.0, "year"), (2_629_800.0, "month"), (86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute")];
    UNITS
        .into_iter()
        .find(|(length, _)| seconds.abs() >= *length)
        .map_or((0.0, "minute"), |(length, unit)| ((seconds / length).trunc(), unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_whole_unit_is_told() {
        for (seconds, expected) in [
            (-5.0, (0.0, "minute")),
            (59.0, (0.0, "minute")),
            (60.0, (1.0, "minute")),
            (7_199.0, (1.0, "hour")),
            (86_400.0 * 3.5, (3.0, "day")),
            (-86_400.0 * 3.5, (-3.0, "day")),
            (86_400.0 * 800.0, (2.0, "year")),
            (f64::NAN, (0.0, "minute")),
        ] {
            assert_eq!(whole_units(seconds), expected, "{seconds}");
        }
    }
}
