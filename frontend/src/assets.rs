//! Images between this browser and the server: named by their hash, sent with progress, fetched with the key. It must not
//! know the board, nor keep anything.

use js_sys::{Promise, Uint8Array};
use protocol::{AssetHash, AssetHasher, BoardId, ImageFormat, LinkSecret, SNIFFED_BYTES};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlImageElement, ProgressEvent, Request, RequestInit, Response, XmlHttpRequest};

use crate::api::{ApiError, code_of};

/// Bytes of a file that are in this program's memory at once.
const SLICE_BYTES: f64 = 1024.0 * 1024.0;

fn path(board: &BoardId, hash: &AssetHash) -> String {
    format!("/api/boards/{board}/assets/{hash}")
}

/// The hash of a file, and what its bytes show it to be. In WASM, as plain http has no `crypto.subtle`.
///
/// # Errors
/// The browser cannot read the file.
pub async fn digest(file: &Blob) -> Result<(AssetHash, Option<ImageFormat>), JsValue> {
    let (mut hasher, mut format, mut from) = (AssetHasher::default(), None, 0.0);
    loop {
        let slice = file.slice_with_f64_and_f64(from, (from + SLICE_BYTES).min(file.size()))?;
        let bytes = Uint8Array::new(&JsFuture::from(slice.array_buffer()).await?).to_vec();
        if from == 0.0 {
            format = ImageFormat::sniff(&bytes[..bytes.len().min(SNIFFED_BYTES)]);
        }
        hasher.update(&bytes);
        from += SLICE_BYTES;
        if from >= file.size() {
            return Ok((hasher.finish(), format));
        }
    }
}

/// What the first bytes of a file show it to be.
pub async fn format_of(file: &Blob) -> Option<ImageFormat> {
    let start = file.slice_with_f64_and_f64(0.0, SNIFFED_BYTES as f64).ok()?;
    let bytes = JsFuture::from(start.array_buffer()).await.ok()?;
    ImageFormat::sniff(&Uint8Array::new(&bytes).to_vec())
}

/// Fetches an image of a board.
///
/// # Errors
/// The server cannot be reached or has no such image.
pub async fn fetch(board: &BoardId, key: &LinkSecret, hash: &AssetHash) -> Result<Blob, ApiError> {
    let asked = || {
        let request = Request::new_with_str_and_init(&path(board, hash), &RequestInit::new())?;
        request.headers().set("authorization", &format!("Bearer {}", key.reveal()))?;
        Ok::<_, JsValue>(web_sys::window().ok_or(JsValue::NULL)?.fetch_with_request(&request))
    };
    let answer = JsFuture::from(asked().map_err(|_| ApiError::Unreachable)?).await;
    let response: Response = answer.map_err(|_| ApiError::Unreachable)?.unchecked_into();
    if !response.ok() {
        let text = JsFuture::from(response.text().map_err(|_| ApiError::Unreachable)?).await;
        let text = text.ok().and_then(|text| text.as_string()).unwrap_or_default();
        return Err(ApiError::Refused(code_of(response.status(), &text)));
    }
    let blob = JsFuture::from(response.blob().map_err(|_| ApiError::Unreachable)?).await;
    blob.map(JsCast::unchecked_into).map_err(|_| ApiError::Unreachable)
}

/// Sends an image to a board; the browser streams it from where it is. `on_progress` hears the bytes that are on their way.
///
/// # Errors
/// The server cannot be reached or refuses it.
pub async fn send(
    board: &BoardId,
    key: &LinkSecret,
    hash: &AssetHash,
    file: &Blob,
    on_progress: impl Fn(f64) + 'static,
) -> Result<(), ApiError> {
    let request = XmlHttpRequest::new().map_err(|_| ApiError::Unreachable)?;
    let told = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| on_progress(event.loaded()));
    let begun = || {
        request.open_with_async("PUT", &path(board, hash), true)?;
        request.set_request_header("authorization", &format!("Bearer {}", key.reveal()))?;
        request.upload()?.set_onprogress(Some(told.as_ref().unchecked_ref()));
        let ended = Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
        request.send_with_opt_blob(Some(file))?;
        Ok::<_, JsValue>(ended)
    };
    let ended = begun().map_err(|_| ApiError::Unreachable)?;
    JsFuture::from(ended).await.map_err(|_| ApiError::Unreachable)?;
    match request.status() {
        Ok(0) | Err(_) => Err(ApiError::Unreachable),
        Ok(200..=299) => Ok(()),
        Ok(status) => {
            let text = request.response_text().ok().flatten().unwrap_or_default();
            Err(ApiError::Refused(code_of(status, &text)))
        }
    }
}

/// Decodes an image. An SVG is a picture here too: in an image element nothing of it runs or loads.
///
/// # Errors
/// It is none that this browser can show.
pub async fn decode(file: &Blob, format: ImageFormat) -> Result<HtmlImageElement, JsValue> {
    // What a file says it is counts for nothing; but the browser takes an SVG for one only where it is told so.
    let options = BlobPropertyBag::new();
    options.set_type(format.media_type());
    let typed = Blob::new_with_blob_sequence_and_options(&js_sys::Array::of1(file), &options)?;
    let url = web_sys::Url::create_object_url_with_blob(&typed)?;
    let image = HtmlImageElement::new()?;
    image.set_src(&url);
    let decoded = JsFuture::from(image.decode()).await;
    web_sys::Url::revoke_object_url(&url)?;
    decoded.map(|_| image)
}
