//! What a person wants of a board as a file, and what came of it. It must not know how one is made.

/// What an export comes out as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Pixels.
    Png,
    /// Lines.
    Svg,
    /// Our own form, which can be opened again.
    Json,
}

/// What is to be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportWish {
    /// As what.
    pub format: ExportFormat,
    /// The selection, or the whole board.
    pub selection: bool,
    /// Pixels for each of the board's, along a side.
    pub scale: u8,
    /// On the board's ground, or on none.
    pub background: bool,
    /// In the colours of the dark theme.
    pub dark: bool,
}

/// What becomes of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportTask {
    /// It is shown in the dialog.
    Preview,
    /// It is saved as a file.
    Save,
    /// It is put on the clipboard.
    Copy,
}

/// How far the picture of what would come out is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preview {
    /// It is being made.
    Making,
    /// There is nothing to export.
    Empty,
    /// It is there.
    Made(Exported),
}

/// What an export looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// A blob URL of a picture.
    pub url: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The scale is smaller than wished.
    pub is_reduced: bool,
}
