//! Images beside a board: how they are named, and which formats there are. It must not decode any.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Names an asset: SHA-256 of its bytes. Not a secret, and opens nothing without a board's key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AssetHash(pub [u8; 32]);

/// What is wrong with the text of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an asset's hash: expected 64 characters of 0-9 a-f")]
pub struct AssetHashError;

impl AssetHash {
    /// The hash of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Hashes what comes in pieces.
#[derive(Clone, Default)]
pub struct AssetHasher(Sha256);

impl AssetHasher {
    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of them all.
    #[must_use]
    pub fn finish(self) -> AssetHash {
        AssetHash(self.0.finalize().into())
    }
}

impl fmt::Display for AssetHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AssetHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AssetHash {
    type Err = AssetHashError;

    fn from_str(text: &str) -> Result<Self, AssetHashError> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(AssetHashError),
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut hash = [0; 32];
        if pairs.len() != hash.len() || !rest.is_empty() {
            return Err(AssetHashError);
        }
        for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(Self(hash))
    }
}

impl TryFrom<String> for AssetHash {
    type Error = AssetHashError;
    fn try_from(text: String) -> Result<Self, AssetHashError> {
        text.parse()
    }
}

impl From<AssetHash> for String {
    fn from(hash: AssetHash) -> Self {
        hash.to_string()
    }
}

/// The formats of images that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageFormat {
    /// image/png
    Png,
    /// image/jpeg
    Jpeg,
    /// image/gif
    Gif,
    /// image/webp
    Webp,
    /// image/avif
    Avif,
    /// image/svg+xml
    Svg,
}

/// Bytes at the beginning of a file that [`ImageFormat::sniff`] looks at.
pub const SNIFFED_BYTES: usize = 1024;

impl ImageFormat {
    /// Every format.
    pub const ALL: [Self; 6] = [Self::Png, Self::Jpeg, Self::Gif, Self::Webp, Self::Avif, Self::Svg];

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Avif => "image/avif",
            Self::Svg => "image/svg+xml",
        }
    }

    /// The format with this media type.
    #[must_use]
    pub fn of_media_type(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.media_type() == text)
    }

    /// The format that a file's first bytes show, whatever it is called; `None` for what is not taken.
    ///
    /// The signatures are those of the WHATWG MIME Sniffing standard; AVIF's is its file type box (ISO 14496-12).
    #[must_use]
    pub fn sniff(start: &[u8]) -> Option<Self> {
        let start = &start[..start.len().min(SNIFFED_BYTES)];
        match start {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', b'V', b'P', ..] => Some(Self::Webp),
            [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => Some(Self::Avif),
            _ => is_svg(start).then_some(Self::Svg),
        }
    }
}

/// Whether a text begins as an SVG document: what may stand before the root, and then the root.
fn is_svg(start: &[u8]) -> bool {
    let start = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The last character may be cut.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or(""),
        Err(_) => return false,
    };
    let mut rest = start.trim_start_matches('\u{feff}').trim_start();
    for (open, close) in [("<?xml", "?>"), ("<!--", "-->"), ("<!DOCTYPE svg", ">"), ("<!--", "-->"), ("<!--", "-->")] {
        if let Some(behind) = rest.strip_prefix(open) {
            let Some((_, behind)) = behind.split_once(close) else { return false };
            rest = behind.trim_start();
        }
    }
    rest.strip_prefix("<svg").is_some_and(|rest| rest.starts_with([' ', '\t', '\r', '\n', '>', '/']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_round_trip_and_refuse_other_text() {
        let hash = AssetHash::of(b"abc");
        let text = hash.to_string();
        assert_eq!(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(text.parse(), Ok(hash));
        for bad in ["", &text[1..], &text.to_uppercase(), &format!("{text}0"), &text.replace('b', "g")] {
            assert!(bad.parse::<AssetHash>().is_err(), "{bad}");
        }
    }

    #[test]
    fn formats_show_in_the_first_bytes_and_nowhere_else() {
        for (start, format) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Some(ImageFormat::Png)),
            (b"\xff\xd8\xff\xe0", Some(ImageFormat::Jpeg)),
            (b"GIF89a", Some(ImageFormat::Gif)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(ImageFormat::Webp)),
            (b"\0\0\0\x20ftypavif", Some(ImageFormat::Avif)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some(ImageFormat::Svg)),
            (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- by hand -->\n<svg>", Some(ImageFormat::Svg)),
            (b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'svg11.dtd'>\n<svg ", Some(ImageFormat::Svg)),
            (b"<svgx>", None),
            (b"<html><svg></svg></html>", None),
            (b"<!DOCTYPE html><svg>", None),
            (b"<?xml version='1.0'?><html>", None),
            (b"<!-- <svg>", None),
            (b"\0\0\0\x20ftypmp42", None),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"%PDF-1.7", None),
            (b"MZ", None),
            (b"", None),
            (b"\xff\xfe<\0s\0v\0g\0", None),
        ] {
            assert_eq!(ImageFormat::sniff(start), format, "{}", String::from_utf8_lossy(start));
        }
        for format in ImageFormat::ALL {
            assert_eq!(ImageFormat::of_media_type(format.media_type()), Some(format));
        }
    }
}
