//! Files that are brought to the board: images, boards in our own form and Excalidraw's, and the images of shapes that were
//! copied on another board.

use std::rc::Rc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use editor::Input;
use js_sys::{Array, Uint8Array};
use protocol::{AssetHash, BoardId};
use scene::ScreenPoint;
use serde_json::Value;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, File};

use super::images;
use super::shell::Shell;
use crate::words::key;
use crate::{assets, keyring};

/// Bytes of a board's file that are read.
const FILE_BYTES_MAX: f64 = 200.0 * 1024.0 * 1024.0;

/// Files from the clipboard, from the desktop or picked: images, boards in our own form, and words.
pub(super) fn bring(shell: &Rc<Shell>, files: Vec<File>, at: Option<ScreenPoint>) {
    let ends = |file: &File, endings: &[&str]| endings.iter().any(|ending| file.name().ends_with(ending));
    let (boards, files): (Vec<File>, Vec<File>) =
        files.into_iter().partition(|file| ends(file, &[".json", ".excalidraw"]));
    let (texts, pictures): (Vec<File>, Vec<File>) =
        files.into_iter().partition(|file| ends(file, &[".txt", ".md", ".tsv"]));
    for file in texts {
        let shell = Rc::clone(shell);
        spawn_local(async move {
            let is_small = file.size() <= editor::limits::PASTE_BYTES as f64;
            let content = if is_small { JsFuture::from(file.text()).await.ok() } else { None };
            shell.edit_at(at, Input::Paste(content.and_then(|text| text.as_string()).unwrap_or_default()));
        });
    }
    for file in boards {
        let shell = Rc::clone(shell);
        spawn_local(async move {
            let content = match file.size() <= FILE_BYTES_MAX {
                true => JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()),
                false => None,
            };
            let Some(content) = content.and_then(|content| without_assets(&shell, &content)) else {
                return shell.page.toasts.push(shell.page.words.get(key::IMPORT_REFUSED).to_owned());
            };
            shell.edit_at(at, Input::Paste(content));
        });
    }
    if !pictures.is_empty() {
        images::place(shell, pictures, at, false);
    }
}

/// Takes the images out of a board's file and brings them; the shapes are left. None where it is no such file.
fn without_assets(shell: &Rc<Shell>, content: &str) -> Option<String> {
    let mut file: Value = serde_json::from_str(content).ok()?;
    if file["type"] == "excalidraw" {
        let files = file["files"].as_object_mut().into_iter().flatten();
        for (_, entry) in files {
            if let Some(hash) = entry["dataURL"].as_str().and_then(|data| bring_data(shell, data)) {
                entry["asset"] = hash.to_string().into();
                entry["dataURL"] = Value::Null;
            }
        }
        return Some(file.to_string());
    }
    file.get("boardwalk")?;
    let taken = file.as_object_mut()?.remove("assets");
    for data in taken.as_ref().and_then(Value::as_object).into_iter().flat_map(|assets| assets.values()) {
        bring_data(shell, data.as_str().unwrap_or_default());
    }
    Some(file.to_string())
}

/// Brings an image that is in a file as a `data:` URL, and says its hash.
fn bring_data(shell: &Rc<Shell>, data: &str) -> Option<AssetHash> {
    let (_, base64) = data.split_once(";base64,")?;
    let bytes = BASE64_STANDARD.decode(base64).ok()?;
    let file = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(&bytes[..]))).ok()?;
    let shell = Rc::clone(shell);
    spawn_local(async move { images::adopt(&shell, file).await });
    Some(AssetHash::of(&bytes))
}

/// Brings the images of shapes that were copied on another board of this browser.
pub(super) fn bring_images(shell: &Rc<Shell>, text: &str) {
    let Ok(clip) = serde_json::from_str::<Value>(text) else { return };
    let Some(origin) = clip["board"].as_str().and_then(|id| id.parse::<BoardId>().ok()) else { return };
    let shapes = clip["shapes"].as_array().into_iter().flatten();
    let hashes: Vec<AssetHash> = shapes.filter_map(|shape| shape["style"]["asset"].as_str()?.parse().ok()).collect();
    if origin == shell.place.id || hashes.is_empty() {
        return;
    }
    let shell = Rc::clone(shell);
    spawn_local(async move {
        let Ok(Some(kept)) = keyring::board(&origin).await else { return };
        let Some(link) = kept.strongest() else { return };
        for hash in hashes {
            if let Ok(file) = assets::fetch(&origin, &link.key, &hash).await {
                images::adopt(&shell, file).await;
            }
        }
    });
}
