//! The part of the store in memory that holds meetings. Must not decide anything itself.

use async_trait::async_trait;
use protocol::BoardId;

use super::MemoryStorage;
use crate::{Error, Meeting, MeetingChanges, MeetingPage, MeetingPut};

#[async_trait]
impl Meeting for MemoryStorage {
    async fn meeting(&self, board: &BoardId, after_seq: u64) -> Result<MeetingPage, Error> {
        self.with(|state, now_ms| Ok(state.meeting(now_ms, board, after_seq)))
    }

    async fn meeting_record(&self, board: &BoardId, id: &str) -> Result<MeetingPage, Error> {
        self.with(|state, now_ms| Ok(state.meeting_record(now_ms, board, id)))
    }

    async fn put_meeting_record(&self, board: &BoardId, put: MeetingPut<'_>) -> Result<Option<u64>, Error> {
        self.with(|state, now_ms| state.put_meeting_record(now_ms, board, put))
    }

    async fn meeting_changes(&self, since_ms: Option<u64>) -> Result<MeetingChanges, Error> {
        self.with(|state, now_ms| Ok(state.meeting_changes(now_ms, since_ms)))
    }
}
