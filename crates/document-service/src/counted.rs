//! Gauges that cannot be left wrong: counted while a value lives.

use metrics::{Gauge, gauge};

/// One more on a gauge until it is dropped. It is a byte, as every open board has three.
pub(crate) struct Counted(What);

#[derive(Clone, Copy)]
enum What {
    OpenBoard,
    UpdatesLane,
    PresenceLane,
}

impl What {
    fn gauge(self) -> Gauge {
        match self {
            Self::OpenBoard => gauge!("open_boards", "kind" => "board"),
            Self::UpdatesLane => gauge!("lanes", "kind" => "updates"),
            Self::PresenceLane => gauge!("lanes", "kind" => "presence"),
        }
    }
}

impl Counted {
    pub(crate) fn open_board() -> Self {
        Self::new(What::OpenBoard)
    }

    pub(crate) fn updates_lane() -> Self {
        Self::new(What::UpdatesLane)
    }

    pub(crate) fn presence_lane() -> Self {
        Self::new(What::PresenceLane)
    }

    fn new(what: What) -> Self {
        what.gauge().increment(1.0);
        Self(what)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.gauge().decrement(1.0);
    }
}
