//! The hand: tools, selection, camera, commands, drafts, undo
