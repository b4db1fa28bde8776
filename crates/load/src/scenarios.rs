//! What is measured, one file each. A scenario stages a server, has people do something, and reports figures beside
//! the bars that they have to meet.

pub mod agreement;
pub mod crowd;
pub mod idle;
pub mod join;
pub mod kill;
pub mod left_behind;
pub mod many_boards;
pub mod slow_reader;
