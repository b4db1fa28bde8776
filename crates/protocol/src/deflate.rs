//! Compression of join states (zlib, RFC 1950). Decompression is bounded by the caller's limit.

/// Compresses at a level that favours speed: joins are made on demand.
#[must_use]
pub fn compress(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 4)
}

/// Undoes `compress`. `None` when the bytes are not a zlib stream or would grow past `max_bytes`.
#[must_use]
pub fn decompress(bytes: &[u8], max_bytes: usize) -> Option<Vec<u8>> {
    miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(bytes, max_bytes).ok()
}
