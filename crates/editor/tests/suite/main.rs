//! The editor as a whole: gestures, keys, text, undo and peers, driven through its inputs only.

mod access;
mod arranging;
mod camera;
mod commands;
mod company;
mod connecting;
mod drafts;
mod export;
mod gestures;
mod harness;
mod helping;
mod images;
mod ink;
mod linking;
mod outline;
mod painting;
mod presence;
mod properties;
mod rich;
mod scenarios;
mod script;
mod shapes;
mod text;
mod undo;
