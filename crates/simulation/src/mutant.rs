//! Planted bugs: a run with one must turn red.

/// A planted bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// The service says "stored" before the store was asked.
    AcknowledgesBeforeStoring,
    /// The gateway loses every eleventh message to a browser.
    DropsMessages,
    /// The browser's log forgets what it was given.
    ForgetsLog,
    /// The service takes "fenced" for "stored".
    IgnoresFence,
    /// The service does not look whether its board was taken while its lease had lapsed.
    ServesAfterLapse,
    /// A fenced service throws away what it had not stored.
    DropsHandOver,
    /// Compaction deletes a row that its snapshot does not hold.
    CompactsOneTooMany,
    /// The gateway lets browsers go on when their board moves, without having them join again.
    ForgetsRejoin,
}
