//! The design system's components. They know no word of the product: texts, ids and icons are given to them.

pub mod button;
pub mod choice;
pub mod dialog;
pub mod dynamic;
pub mod field;
pub mod icon;
pub mod popover;
pub mod qr;
pub mod toast;
pub mod tooltip;
