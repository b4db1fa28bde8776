//! Compression of join states (zlib, RFC 1950). Decompression is bounded by the caller's limit.

/// Compresses, quickly rather than well: joins are made on demand.
#[must_use]
#[cfg(not(target_arch = "wasm32"))]
pub fn compress(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;

    let room = Vec::with_capacity(bytes.len() / 3);
    let mut encoder = flate2::write::ZlibEncoder::new(room, flate2::Compression::new(LEVEL));
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("a vector takes every byte")
}

/// The same in the browser, which has one implementation for both ways.
#[must_use]
#[cfg(target_arch = "wasm32")]
pub fn compress(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, LEVEL as u8)
}

const LEVEL: u32 = 2;

/// Undoes `compress`. `None` when the bytes are not a zlib stream or would grow past `max_bytes`.
#[must_use]
pub fn decompress(bytes: &[u8], max_bytes: usize) -> Option<Vec<u8>> {
    miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(bytes, max_bytes).ok()
}
