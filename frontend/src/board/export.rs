//! Files made of the board: SVG with its fonts and images inside, PNG, and our own form. It must not know the dialog.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use editor::{Editor, Export, Scope};
use js_sys::{Array, Object, Promise, Reflect};
use kurbo::Affine;
use leptos::prelude::*;
use protocol::AssetHash;
use scene::text::Font;
use scene::{ImageId, SvgPainter, Theme};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, BlobPropertyBag, FileReader, HtmlAnchorElement, HtmlCanvasElement, Response};

use super::canvas2d::{Brush, Surface};
use super::images;
use super::pictures::Pictures;
use super::shell::Shell;
use crate::store::{ExportFormat, ExportTask, ExportWish, Exported, Preview};
use crate::words::key;

/// The longest side and the area of a PNG, in pixels: what browsers make of a canvas.
const SIDE_MAX: f64 = 16_384.0;
const AREA_MAX: f64 = 120_000_000.0;
/// The parts of the fonts by the letters that they have.
const PARTS: [(&str, &[std::ops::RangeInclusive<u32>]); 4] = [
    ("latin", &[0x0..=0xff, 0x2000..=0x206f, 0x20ac..=0x20ac, 0x2122..=0x2122, 0x2190..=0x2215]),
    ("latin-ext", &[0x100..=0x2ff, 0x1e00..=0x1eff, 0x20a0..=0x20ab, 0x2c60..=0x2c7f, 0xa720..=0xa7ff]),
    ("cyrillic", &[0x400..=0x45f, 0x490..=0x491, 0x4b0..=0x4b1, 0x2116..=0x2116]),
    ("greek", &[0x370..=0x3ff]),
];

/// How many of them fonts other than the sans have.
const LATIN_PARTS: usize = 2;

/// A finished file.
struct Made {
    file: Blob,
    /// In pixels; of our own form, the board's.
    width: u32,
    height: u32,
    /// The scale is smaller than wished, as browsers make no larger pictures.
    is_reduced: bool,
}

/// Makes a file; none where there is nothing to export or the browser cannot make it.
async fn make(shell: &Rc<Shell>, wish: ExportWish) -> Option<Made> {
    let scope = if wish.selection { Scope::Selection } else { Scope::Board };
    let export = shell.with_editor(|editor| editor.export(scope))?;
    let ids = shell.with_editor(|editor| editor.export_images(&export));
    let theme = if wish.dark { Theme::Dark } else { Theme::Light };
    match wish.format {
        ExportFormat::Png => {
            images::load_all(shell, ids.iter().copied()).await;
            load_fonts(&shell.with_editor(|editor| editor.export_text(&export))).await;
            png(shell, &export, wish, theme).await
        }
        ExportFormat::Svg => {
            let images = data_urls(shell, ids.into_iter()).await;
            let style = font_style(&shell.with_editor(|editor| editor.export_text(&export))).await;
            let mut painter = SvgPainter::new(theme, export.bounds).with_images(images).with_style(&style);
            if wish.background {
                painter.background();
            }
            shell.with_editor(|editor| editor.paint_export(&export, &mut painter));
            made(&painter.finish(), "image/svg+xml", &export)
        }
        ExportFormat::Json => {
            let images = data_urls(shell, ids.into_iter()).await;
            let text = shell.with_editor(|editor| editor.export_json(&export));
            made(&with_assets(&text, &images), "application/json", &export)
        }
    }
}

/// Makes a file and does with it what was asked.
pub fn answer(shell: &Rc<Shell>, wish: ExportWish, task: ExportTask) {
    let shell = Rc::clone(shell);
    spawn_local(async move {
        match task {
            ExportTask::Preview => preview(&shell, wish).await,
            ExportTask::Save => {
                if let Some(made) = make(&shell, wish).await {
                    save(&made.file, &file_name(&shell, wish.format));
                }
            }
            ExportTask::Copy => copy(&shell, wish).await,
        }
    });
}

async fn preview(shell: &Rc<Shell>, wish: ExportWish) {
    // Our own form has no looks; the board stands for it.
    let shown = match wish.format {
        ExportFormat::Json => ExportWish { format: ExportFormat::Svg, ..wish },
        _ => wish,
    };
    let store = shell.page.store;
    let made = make(shell, shown).await;
    let preview = made.and_then(|made| {
        let url = web_sys::Url::create_object_url_with_blob(&made.file).ok()?;
        Some(Exported { url, width: made.width, height: made.height, is_reduced: made.is_reduced })
    });
    if let Preview::Made(before) = store.exported.get_untracked() {
        let _ = web_sys::Url::revoke_object_url(&before.url);
    }
    store.exported.set(preview.map_or(Preview::Empty, Preview::Made));
}

async fn copy(shell: &Rc<Shell>, wish: ExportWish) {
    let Some(made) = make(shell, wish).await else { return };
    let (words, toasts) = (shell.page.words, shell.page.toasts);
    let is_copied = match wish.format {
        ExportFormat::Png => copy_picture(&made.file).await,
        ExportFormat::Svg | ExportFormat::Json => match JsFuture::from(made.file.text()).await {
            Ok(text) => crate::clipboard::write(&text.as_string().unwrap_or_default()).await,
            Err(_) => false,
        },
    };
    if is_copied {
        return toasts.push(words.get(key::EXPORT_COPIED).to_owned());
    }
    save(&made.file, &file_name(shell, wish.format));
    toasts.push(words.get(key::EXPORT_SAVED_INSTEAD).to_owned());
}

/// The board's title, as far as file systems take it.
fn file_name(shell: &Rc<Shell>, format: ExportFormat) -> String {
    let title = shell.page.store.title.get_untracked();
    let safe: String = title.chars().map(|c| if c.is_alphanumeric() || " -_".contains(c) { c } else { '-' }).collect();
    let name = if safe.trim().is_empty() { "board" } else { safe.trim() };
    let ending = match format {
        ExportFormat::Png => "png",
        ExportFormat::Svg => "svg",
        ExportFormat::Json => "boardwalk.json",
    };
    format!("{name}.{ending}")
}

fn made(text: &str, media_type: &str, export: &Export) -> Option<Made> {
    let file = text_file(text, media_type)?;
    let (width, height) = (export.bounds.width().ceil() as u32, export.bounds.height().ceil() as u32);
    Some(Made { file, width, height, is_reduced: false })
}

/// A file with a text.
pub fn text_file(text: &str, media_type: &str) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options).ok()
}

/// The images go into the file, so that it can be opened anywhere.
fn with_assets(text: &str, images: &HashMap<ImageId, String>) -> String {
    let Ok(mut file) = serde_json::from_str::<serde_json::Value>(text) else { return text.to_owned() };
    if !images.is_empty() {
        let assets = images.iter().map(|(id, data)| (id.to_string(), serde_json::Value::from(data.as_str())));
        file["assets"] = serde_json::Value::Object(assets.collect());
    }
    file.to_string()
}

/// How pixels are made.
pub struct Picture {
    /// Pixels for each of the board's, along a side.
    pub scale: f64,
    /// On the board's ground, or on none.
    pub background: bool,
    /// In which colours.
    pub theme: Theme,
}

/// Paints pixels. And whether they are fewer than wished, as browsers make no larger pictures.
pub fn painted(
    editor: &Editor,
    export: &Export,
    wish: Picture,
    pictures: Rc<RefCell<Pictures>>,
) -> Option<(Surface, bool)> {
    let (width, height) = (export.bounds.width(), export.bounds.height());
    let most = (SIDE_MAX / width.max(height)).min((AREA_MAX / (width * height)).sqrt());
    let scale = wish.scale.min(most);
    let surface = Surface::detached().ok()?;
    surface.resize((width * scale).ceil().max(1.0) as u32, (height * scale).ceil().max(1.0) as u32);
    if wish.background {
        surface.fill(&wish.theme.background().css());
    }
    let to_pixels = Affine::scale(scale) * Affine::translate(-export.bounds.origin().to_vec2());
    let mut brush = Brush::new(&surface, pictures);
    editor.paint_export(export, brush.take_to(&surface, wish.theme, to_pixels));
    Some((surface, scale < wish.scale))
}

async fn png(shell: &Rc<Shell>, export: &Export, wish: ExportWish, theme: Theme) -> Option<Made> {
    let picture = Picture { scale: f64::from(wish.scale.max(1)), background: wish.background, theme };
    let pictures = Rc::clone(&shell.images.pictures);
    let (surface, is_reduced) = shell.with_editor(|editor| painted(editor, export, picture, pictures))?;
    let file = blob_of(surface.element()).await;
    let (width, height) = (surface.element().width(), surface.element().height());
    surface.release();
    Some(Made { file: file?, width, height, is_reduced })
}

/// The pixels as a PNG.
pub async fn blob_of(canvas: &HtmlCanvasElement) -> Option<Blob> {
    let made = Promise::new(&mut |resolve, reject| {
        let refused = canvas.to_blob(&resolve).is_err();
        if refused {
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    JsFuture::from(made).await.ok()?.dyn_into().ok()
}

async fn data_urls(shell: &Rc<Shell>, ids: impl Iterator<Item = ImageId>) -> HashMap<ImageId, String> {
    let mut urls = HashMap::new();
    for id in ids {
        if let Some(file) = images::file_of(shell, &AssetHash(id.0)).await
            && let Some(url) = data_url(&file).await
        {
            urls.insert(id, url);
        }
    }
    urls
}

async fn data_url(file: &Blob) -> Option<String> {
    let reader = FileReader::new().ok()?;
    let read = Promise::new(&mut |resolve, _| reader.set_onloadend(Some(&resolve)));
    reader.read_as_data_url(file).ok()?;
    JsFuture::from(read).await.ok()?;
    reader.result().ok()?.as_string()
}

/// The fonts that texts need, inside the style sheet: a picture that is opened elsewhere looks the same.
async fn font_style(texts: &[String; Font::ALL.len()]) -> String {
    let mut style = String::new();
    for (font, text) in Font::ALL.into_iter().zip(texts) {
        let uses = |letters: &[std::ops::RangeInclusive<u32>]| {
            text.chars().any(|letter| letters.iter().any(|range| range.contains(&u32::from(letter))))
        };
        let parts = if font == Font::Sans { &PARTS[..] } else { &PARTS[..LATIN_PARTS] };
        for (part, _) in parts.iter().filter(|(_, letters)| uses(letters)) {
            if let Some(url) = font_url(&format!("/fonts/boardwalk-{}-{part}.woff2", font.name())).await {
                let family = font.family();
                style += &format!("@font-face{{font-family:{family};font-weight:100 900;src:url({url})}}");
            }
        }
    }
    style
}

async fn font_url(path: &str) -> Option<String> {
    let response: Response = JsFuture::from(window().fetch_with_str(path)).await.ok()?.unchecked_into();
    let blob = response.blob().ok().filter(|_| response.ok())?;
    data_url(&JsFuture::from(blob).await.ok()?.unchecked_into()).await
}

/// Waits for the fonts of texts that were not in view yet.
async fn load_fonts(texts: &[String; Font::ALL.len()]) {
    let Ok(fonts) = Reflect::get(&document(), &"fonts".into()) else { return };
    let Ok(load) = Reflect::get(&fonts, &"load".into()).and_then(|load| load.dyn_into::<js_sys::Function>()) else {
        return;
    };
    for (font, text) in Font::ALL.into_iter().zip(texts).filter(|(_, text)| !text.is_empty()) {
        let asked = load.call2(&fonts, &format!("16px \"{}\"", font.family()).into(), &text.into());
        if let Ok(loading) = asked.and_then(|loading| loading.dyn_into::<Promise>()) {
            // Without it the letters come from another font.
            drop(JsFuture::from(loading).await);
        }
    }
}

/// Has the browser save a file.
pub fn save(file: &Blob, name: &str) {
    let Ok(url) = web_sys::Url::create_object_url_with_blob(file) else { return };
    if let Ok(link) = document().create_element("a").map(JsCast::unchecked_into::<HtmlAnchorElement>) {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    let forget = move || drop(web_sys::Url::revoke_object_url(&url));
    set_timeout(forget, std::time::Duration::from_secs(60));
}

/// Puts a picture on the clipboard; false where the browser has none for pictures, as over plain http.
async fn copy_picture(file: &Blob) -> bool {
    let window = window();
    let copied = || {
        let clipboard = Reflect::get(&window.navigator(), &"clipboard".into()).ok()?;
        let write = Reflect::get(&clipboard, &"write".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
        let item = Reflect::get(&window, &"ClipboardItem".into()).ok()?.dyn_into::<js_sys::Function>().ok()?;
        let parts = Object::new();
        Reflect::set(&parts, &file.type_().into(), file).ok()?;
        let item = Reflect::construct(&item, &Array::of1(&parts)).ok()?;
        write.call1(&clipboard, &Array::of1(&item)).ok()?.dyn_into::<Promise>().ok()
    };
    match copied().filter(|_| window.is_secure_context()) {
        Some(writing) => JsFuture::from(writing).await.is_ok(),
        None => false,
    }
}
