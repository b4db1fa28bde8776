//! A board's meeting, as this gateway keeps it: records are read, changed by a rule and put back where nobody was faster,
//! and everybody on the board is told. `docs/decisions/0029-meetings.md`. It must not know any rule.

use std::sync::Weak;

use protocol::meeting::{MeetingChange, MeetingValue, PrivateNotes, PrivateRound, Thread, Timer};
use protocol::{BoardId, ErrorCode};
use serde::{Deserialize, Serialize};
use storage::{GONE_KEPT, MeetingPut, MeetingRecord, Storage};
use tokio::time::{MissedTickBehavior, interval};

use crate::app::Endpoints;
use crate::facilitation::StoredVoting;
use crate::hub::Hub;
use crate::limits::{ACCESS_LOOK_BACK, MAX_TOLD_BYTES, MEETING_INTERVAL, MEETING_TRIES};
use crate::private_notes;
use crate::problem::ApiError;

/// A record as it is stored; some of it may not be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stored {
    /// A thread of comments.
    Thread(Thread),
    /// The timer.
    Timer(Timer),
    /// The voting, with who voted how.
    Voting(StoredVoting),
    /// The round of private notes.
    Round(PrivateRound),
    /// Somebody's private notes, with what they say.
    Notes(PrivateNotes),
}

impl Stored {
    /// What everybody on the board may know of it.
    #[must_use]
    pub fn public(self) -> MeetingValue {
        match self {
            Self::Thread(thread) => MeetingValue::Thread(thread),
            Self::Timer(timer) => MeetingValue::Timer(timer),
            Self::Voting(voting) => MeetingValue::Voting(voting.public()),
            Self::Round(round) => MeetingValue::Round(round),
            Self::Notes(notes) => MeetingValue::Notes(private_notes::seen(&notes, true)),
        }
    }
}

/// Reads a stored record. One that this release cannot read is left alone, as if it were not there.
#[must_use]
pub fn read(record: &MeetingRecord) -> Option<Stored> {
    let stored = serde_json::from_str(&record.value).ok();
    if stored.is_none() && !record.value.is_empty() {
        tracing::warn!(record = record.id, "a record of a meeting cannot be read");
    }
    stored
}

impl Endpoints {
    /// Changes a record by a rule, which is given the record and the store's clock and says what it is then (`None`: gone)
    /// and what to answer; again where somebody else has changed it meanwhile.
    ///
    /// # Errors
    /// The rule's, `Busy` where others were always faster, and the store's.
    pub(crate) async fn change_meeting<T>(
        &self,
        board: &BoardId,
        id: &str,
        rule: impl Fn(Option<Stored>, u64) -> Result<(Option<Stored>, T), ErrorCode>,
    ) -> Result<T, ApiError> {
        for _ in 0..MEETING_TRIES {
            let page = self.storage.meeting_record(board, id).await?;
            let record = page.records.into_iter().next();
            let expected_seq = record.as_ref().map_or(0, |record| record.seq);
            let (then, answer) = rule(record.as_ref().and_then(read), page.now_ms)?;
            let value = then.map(|stored| serde_json::to_string(&stored)).transpose();
            let value = value.map_err(ApiError::internal)?;
            let put = MeetingPut { id, expected_seq, value: value.as_deref().unwrap_or_default() };
            match self.storage.put_meeting_record(board, put).await {
                Ok(Some(seq)) => {
                    self.tell_meeting(board, seq).await;
                    return Ok(answer);
                }
                Ok(None) => {}
                Err(storage::Error::Full) => return Err(ErrorCode::TooManyThreads.into()),
                Err(error) => return Err(error.into()),
            }
        }
        Err(ErrorCode::Busy.into())
    }

    /// Tells those who are on a board through this gateway. Where the store does not answer, they hear of it when it does.
    async fn tell_meeting(&self, board: &BoardId, head: u64) {
        if let Some(hub) = self.hubs.get(board)
            && let Err(error) = tell(&hub, self.storage.as_ref(), head).await
        {
            tracing::warn!(board_id = %board, %error, "a change of a meeting was not told yet");
        }
    }
}

/// Tells a hub's people what changed up to `head` at least, unless they were told.
async fn tell(hub: &Hub, storage: &dyn Storage, head: u64) -> Result<(), storage::Error> {
    let told = hub.meeting_told();
    if told.is_some_and(|told| told >= head) {
        return Ok(());
    }
    // Nobody knows what the people of a hub that has told nothing have read; and what went long ago is not known any
    // more. Both read the whole again.
    let Some(told) = told.filter(|told| head - told < GONE_KEPT) else {
        hub.tell_meeting(head, head, "[]");
        return Ok(());
    };
    let page = storage.meeting(hub.board(), told).await?;
    let changes: Vec<MeetingChange> = page
        .records
        .into_iter()
        .map(|record| {
            let value = read(&record).map(Stored::public);
            MeetingChange { id: record.id, seq: record.seq, value }
        })
        .collect();
    match serde_json::to_string(&changes).ok().filter(|text| text.len() <= MAX_TOLD_BYTES) {
        Some(text) => hub.tell_meeting(told, page.head_seq, &text),
        None => hub.tell_meeting(page.head_seq, page.head_seq, "[]"),
    }
    Ok(())
}

/// Follows what other gateways change, for as long as this one lives.
pub async fn follow(gateway: Weak<Endpoints>) {
    let mut ticks = interval(MEETING_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let look_back_ms = u64::try_from(ACCESS_LOOK_BACK.as_millis()).unwrap_or(u64::MAX);
    let mut since_ms = None;
    loop {
        ticks.tick().await;
        let Some(gateway) = gateway.upgrade() else { return };
        if gateway.hubs.all().is_empty() {
            // Whoever opens a board reads all of its meeting; what changes from then on is looked back to.
            since_ms = None;
            continue;
        }
        match gateway.storage.meeting_changes(since_ms).await {
            Ok(changes) => {
                since_ms = Some(changes.now_ms.saturating_sub(look_back_ms));
                for (board, head) in &changes.heads {
                    gateway.tell_meeting(board, *head).await;
                }
            }
            Err(error) => tracing::debug!(%error, "the store did not say which meetings changed"),
        }
    }
}
