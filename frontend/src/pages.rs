//! The pages: one component for each route.

pub mod around;
pub mod board;
pub mod home;
pub mod problem;
pub mod recover;
pub mod unlock;
