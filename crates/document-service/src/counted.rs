//! Gauges that cannot be left wrong: counted while a value lives.

use metrics::gauge;

/// One more on a gauge until it is dropped.
pub(crate) struct Counted {
    name: &'static str,
    kind: &'static str,
}

impl Counted {
    pub(crate) fn open_board() -> Self {
        Self::new("open_boards", "board")
    }

    pub(crate) fn updates_lane() -> Self {
        Self::new("lanes", "updates")
    }

    pub(crate) fn presence_lane() -> Self {
        Self::new("lanes", "presence")
    }

    fn new(name: &'static str, kind: &'static str) -> Self {
        gauge!(name, "kind" => kind).increment(1.0);
        Self { name, kind }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        gauge!(self.name, "kind" => self.kind).decrement(1.0);
    }
}
