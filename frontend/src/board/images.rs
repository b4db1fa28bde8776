//! Images of the board: what is dropped, pasted or picked goes to the board at once and to the server behind it; what
//! others brought is fetched when it is to be seen. It must not know how images are painted.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use editor::{Damage, Input, NewImage, Repaint};
use kurbo::Size;
use leptos::prelude::*;
use protocol::limits::MAX_ASSET_BYTES;
use protocol::{AssetHash, ErrorCode};
use scene::{ImageId, ScreenPoint};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File, HtmlImageElement, HtmlInputElement};

use super::files;
use super::pictures::Pictures;
use super::shell::Shell;
use crate::api::ApiError;
use crate::assets;
use crate::connection::asset_queue::AssetQueue;
use crate::connection::belongings;
use crate::store::{Problem, Uploading};
use crate::words::key;

/// Pauses between tries, in milliseconds; the last is repeated.
const RETRY_MS: [u64; 6] = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/// The images of one visit.
#[derive(Default)]
pub(super) struct Images {
    pub(super) pictures: Rc<RefCell<Pictures>>,
    loading: RefCell<HashSet<ImageId>>,
    tries: RefCell<HashMap<ImageId, usize>>,
    queue: OnceCell<Option<AssetQueue>>,
    waiting: RefCell<VecDeque<(AssetHash, Blob)>>,
    is_sending: Cell<bool>,
}

/// Takes up what an earlier visit could not send.
pub(super) async fn begin(shell: &Rc<Shell>) {
    let queue = AssetQueue::open(shell.place.id.clone()).await;
    let _ = shell.images.queue.set(queue.ok());
    if let Some(Some(queue)) = shell.images.queue.get() {
        let waiting = queue.all().await;
        shell.images.waiting.borrow_mut().extend(waiting);
    }
    send_waiting(shell);
}

/// Puts files on the board, or one in the place of the selected image.
pub(super) fn place(shell: &Rc<Shell>, files: Vec<File>, at: Option<ScreenPoint>, replaces: bool) {
    let shell = Rc::clone(shell);
    spawn_local(async move {
        let mut images = Vec::new();
        for file in files {
            match take(&shell, &file).await {
                Ok(image) => images.push(image),
                Err(code) => {
                    let problem = Problem::Refused(code).id();
                    let words = shell.page.words.named("problem", &format!("{problem}.title"));
                    shell.page.toasts.push(format!("{}: {words}", file.name()));
                }
            }
        }
        match images.pop() {
            Some(image) if replaces => shell.edit(Input::ReplaceImage(image)),
            Some(image) => {
                images.push(image);
                shell.edit(Input::PlaceImages { images, at });
            }
            None => {}
        }
        send_waiting(&shell);
    });
}

/// Lets the person pick files. To be called while a press or a key is handled.
pub(super) fn pick(shell: &Rc<Shell>, replaces: bool) {
    let Ok(input) = document().create_element("input").map(JsCast::unchecked_into::<HtmlInputElement>) else { return };
    input.set_type("file");
    input.set_accept(if replaces { "image/*" } else { "image/*,.json,.excalidraw" });
    input.set_multiple(!replaces);
    let (weak, picked) = (Rc::downgrade(shell), input.clone());
    let on_change = Closure::once_into_js(move || {
        if let Some(shell) = weak.upgrade() {
            let files = picked.files().map(|list| (0..list.length()).filter_map(|at| list.get(at)).collect());
            let files: Vec<File> = files.unwrap_or_default();
            match replaces {
                true => place(&shell, files, None, true),
                false => files::bring(&shell, files, None),
            }
        }
    });
    input.set_onchange(Some(on_change.unchecked_ref()));
    input.click();
}

/// Looks at a file, keeps it to be sent, and shows it here.
async fn take(shell: &Rc<Shell>, file: &File) -> Result<NewImage, ErrorCode> {
    if file.size() > MAX_ASSET_BYTES as f64 {
        return Err(ErrorCode::TooLarge);
    }
    let (hash, format) = assets::digest(file).await.map_err(|_| ErrorCode::UnknownFormat)?;
    let format = format.ok_or(ErrorCode::UnknownFormat)?;
    let image = assets::decode(file, format).await.map_err(|_| ErrorCode::UnknownFormat)?;
    let natural = natural_size(&image);
    if let Some(Some(queue)) = shell.images.queue.get()
        && queue.keep(&hash, file).await.is_err()
    {
        shell.page.toasts.push(shell.page.words.get(key::BOARD_UNLOGGED).to_owned());
    }
    shell.images.waiting.borrow_mut().push_back((hash, file.clone().into()));
    let id = ImageId(hash.0);
    shell.images.pictures.borrow_mut().bring(id, image);
    Ok(NewImage { image: id, natural, name: description(&file.name()) })
}

/// What a file's name says of what is to be seen; browsers call every image of a clipboard `image.png`.
fn description(name: &str) -> String {
    let name = name.rsplit_once('.').map_or(name, |(name, _)| name);
    if name == "image" { String::new() } else { name.to_owned() }
}

/// Makes an image one of this board's, without putting it anywhere: shapes show it already.
pub(super) async fn adopt(shell: &Rc<Shell>, file: Blob) {
    let Ok((hash, Some(_))) = assets::digest(&file).await else { return };
    if let Some(Some(queue)) = shell.images.queue.get() {
        let _ = queue.keep(&hash, &file).await;
    }
    shell.images.waiting.borrow_mut().push_back((hash, file));
    send_waiting(shell);
}

/// An SVG without a size has none; browsers then say zero.
fn natural_size(image: &HtmlImageElement) -> Size {
    let side = |length: u32| if length == 0 { 300.0 } else { f64::from(length) };
    Size::new(side(image.natural_width()), side(image.natural_height()))
}

/// Sends what waits, one after the other, again and again until the server has it.
pub(super) fn send_waiting(shell: &Rc<Shell>) {
    if shell.images.is_sending.replace(true) {
        return;
    }
    let weak = Rc::downgrade(shell);
    spawn_local(async move {
        while let Some(shell) = weak.upgrade() {
            let Some((hash, file)) = shell.images.waiting.borrow().front().cloned() else { break };
            if let Err(ApiError::Unreachable) = send(&shell, &hash, &file).await {
                // The next connection, or the next visit, goes on.
                break;
            }
        }
        if let Some(shell) = weak.upgrade() {
            shell.images.is_sending.set(false);
            shell.page.store.uploading.set(None);
        }
    });
}

async fn send(shell: &Rc<Shell>, hash: &AssetHash, file: &Blob) -> Result<(), ApiError> {
    let store = shell.page.store;
    let (images, total) = (shell.images.waiting.borrow().len(), file.size().max(1.0));
    store.uploading.set(Some(Uploading { images, percent: 0 }));
    let tell = move |sent: f64| {
        store.uploading.set(Some(Uploading { images, percent: (sent / total * 100.0).round() as u32 }));
    };
    let sent = assets::send(&shell.place.id, &shell.place.key, hash, file, tell).await;
    match sent {
        Err(ApiError::Unreachable) => return sent,
        // It is tried again at the next connection.
        Err(ApiError::Refused(code)) if code.retry() == protocol::Retry::Later => return Err(ApiError::Unreachable),
        Err(ApiError::Refused(code)) => {
            let words = shell.page.words.named("problem", &format!("{}.title", Problem::Refused(code).id()));
            shell.page.toasts.push(words);
        }
        Ok(()) => keep(shell, hash, file).await,
    }
    shell.images.waiting.borrow_mut().pop_front();
    if let Some(Some(queue)) = shell.images.queue.get() {
        let _ = queue.remove(hash).await;
    }
    Ok(())
}

/// Fetches what was to be painted and is not there.
pub(super) fn load_wanted(shell: &Rc<Shell>) {
    let wanted = shell.images.pictures.borrow_mut().take_wanted();
    for id in wanted {
        if shell.images.loading.borrow_mut().insert(id) {
            let shell = Rc::clone(shell);
            spawn_local(async move { load(&shell, id).await });
        }
    }
}

async fn load(shell: &Rc<Shell>, id: ImageId) {
    let hash = AssetHash(id.0);
    let image = match file_of(shell, &hash).await {
        Some(file) => shown(&file).await,
        None => None,
    };
    match image {
        Some(image) => {
            shell.images.pictures.borrow_mut().bring(id, image);
            shell.images.tries.borrow_mut().remove(&id);
            shell.images.loading.borrow_mut().remove(&id);
            show_again(shell, id);
        }
        // Whoever brought it may still be sending it.
        None => {
            let mut tries = shell.images.tries.borrow_mut();
            let count = tries.entry(id).or_default();
            let pause = RETRY_MS[(*count).min(RETRY_MS.len() - 1)];
            *count += 1;
            let weak = Rc::downgrade(shell);
            let again = move || {
                if let Some(shell) = weak.upgrade() {
                    shell.images.loading.borrow_mut().remove(&id);
                    show_again(&shell, id);
                }
            };
            set_timeout(again, Duration::from_millis(pause));
        }
    }
}

/// Fetches all of these that are not there yet.
pub(super) async fn load_all(shell: &Rc<Shell>, ids: impl Iterator<Item = ImageId>) {
    for id in ids {
        let is_here = shell.images.pictures.borrow().has(id);
        if !is_here
            && let Some(file) = file_of(shell, &AssetHash(id.0)).await
            && let Some(image) = shown(&file).await
        {
            shell.images.pictures.borrow_mut().bring(id, image);
        }
    }
}

/// The file of an image, from here or from the server.
pub(super) async fn file_of(shell: &Rc<Shell>, hash: &AssetHash) -> Option<Blob> {
    if let Some(Some(queue)) = shell.images.queue.get()
        && let Some(file) = queue.get(hash).await
    {
        return Some(file);
    }
    if let Some(file) = belongings::image(&shell.place.id, hash, whole_ms()).await {
        return Some(file);
    }
    let file = assets::fetch(&shell.place.id, &shell.place.key, hash).await.ok()?;
    keep(shell, hash, &file).await;
    Some(file)
}

/// Keeps an image for when there is no network. Where there is no room for it, it is not there then.
async fn keep(shell: &Rc<Shell>, hash: &AssetHash, file: &Blob) {
    if let Err(error) = belongings::keep_image(&shell.place.id, hash, file, whole_ms()).await {
        leptos::logging::warn!("{error}");
    }
}

/// Milliseconds since 1970.
fn whole_ms() -> u64 {
    // Whole, and far below 2^53.
    crate::clock::now_ms() as u64
}

async fn shown(file: &Blob) -> Option<HtmlImageElement> {
    let format = assets::format_of(file).await?;
    assets::decode(file, format).await.ok()
}

fn show_again(shell: &Rc<Shell>, id: ImageId) {
    let mut damage = Damage::default();
    shell.regions_of_image(id).into_iter().for_each(|rect| damage.add(rect));
    shell.ask_frame(Repaint { board: damage, overlay: true });
}
