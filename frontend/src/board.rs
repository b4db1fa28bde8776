//! The board in the page: the shell of a `visit::Visit`. Everything that is drawn, typed, sent or kept passes here; what
//! it means is decided in the machine.

mod asking;
mod attend;
mod canvas2d;
mod carried;
mod chrome;
mod copy;
mod earlier;
mod events;
mod export;
mod files;
mod grid;
mod images;
mod layer;
mod listeners;
mod log_writer;
mod long_press;
mod map;
pub mod past;
pub mod past_view;
mod paste;
mod pictures;
mod pins;
mod presenting;
mod rescue;
mod rich_paste;
mod screen;
mod shell;
mod tasks;
mod text_blocks;
mod text_field;

pub use asking::MapHost;
pub use attend::attend;
pub use chrome::scene_theme;
pub use events::key as key_event;
pub use export::answer as answer_export;
pub use rescue::{keep_log, keep_shown};
pub use shell::{Place, Shell, mount};
pub use tasks::Drawn;
