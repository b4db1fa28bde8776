//! The room: one task per open board, group commit, placement
