//! The picture: geometry helpers, display lists, painters, text metrics
