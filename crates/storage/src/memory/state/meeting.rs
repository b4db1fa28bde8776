//! Meetings, as values.

use protocol::BoardId;
use protocol::limits::MAX_MEETING_RECORDS;

use super::State;
use crate::archive::check_texts;
use crate::meeting::GONE_KEPT;
use crate::{Error, MeetingChanges, MeetingPage, MeetingPut, MeetingRecord};

/// Of one board.
#[derive(Debug, Clone, Default)]
pub(super) struct StoredMeeting {
    pub(super) head_seq: u64,
    changed_at_ms: u64,
    pub(super) records: Vec<MeetingRecord>,
}

impl StoredMeeting {
    pub(super) fn restored(records: Vec<MeetingRecord>) -> Self {
        Self { head_seq: records.iter().map(|record| record.seq).max().unwrap_or(0), changed_at_ms: 0, records }
    }

    /// Those that are not gone, by number.
    pub(super) fn present(&self) -> Vec<MeetingRecord> {
        self.page(0, |record| !record.value.is_empty()).records
    }

    fn page(&self, now_ms: u64, is_wanted: impl Fn(&MeetingRecord) -> bool) -> MeetingPage {
        let mut records: Vec<MeetingRecord> = self.records.iter().filter(|record| is_wanted(record)).cloned().collect();
        records.sort_by_key(|record| record.seq);
        MeetingPage { head_seq: self.head_seq, now_ms, records }
    }
}

#[expect(missing_docs, reason = "each method is described once, at its namesake in the trait")]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl State {
    #[must_use]
    pub fn meeting(&self, now_ms: u64, board: &BoardId, after_seq: u64) -> MeetingPage {
        let is_wanted = |record: &MeetingRecord| record.seq > after_seq && (!record.value.is_empty() || after_seq > 0);
        self.page_of(now_ms, board, is_wanted)
    }

    #[must_use]
    pub fn meeting_record(&self, now_ms: u64, board: &BoardId, id: &str) -> MeetingPage {
        self.page_of(now_ms, board, |record| record.id == id)
    }

    fn page_of(&self, now_ms: u64, board: &BoardId, is_wanted: impl Fn(&MeetingRecord) -> bool) -> MeetingPage {
        let nothing = MeetingPage { now_ms, ..MeetingPage::default() };
        self.boards.get(board).map_or(nothing, |board| board.meeting.page(now_ms, is_wanted))
    }

    pub fn put_meeting_record(
        &mut self,
        now_ms: u64,
        board: &BoardId,
        put: MeetingPut<'_>,
    ) -> Result<Option<u64>, Error> {
        check_texts(&[Some(put.id), Some(put.value)])?;
        let meeting = &mut self.boards.get_mut(board).ok_or(Error::NotFound)?.meeting;
        let present = meeting.records.iter().position(|record| record.id == put.id);
        if present.map_or(0, |at| meeting.records[at].seq) != put.expected_seq {
            return Ok(None);
        }
        let count = meeting.records.iter().filter(|record| !record.value.is_empty()).count() as u64;
        if present.is_none() && !put.value.is_empty() && count >= MAX_MEETING_RECORDS {
            return Err(Error::Full);
        }
        (meeting.head_seq, meeting.changed_at_ms) = (meeting.head_seq + 1, now_ms);
        let seq = meeting.head_seq;
        let record = MeetingRecord { id: put.id.to_owned(), seq, value: put.value.to_owned() };
        match present {
            Some(at) => meeting.records[at] = record,
            None => meeting.records.push(record),
        }
        meeting.records.retain(|record| !record.value.is_empty() || record.seq > seq.saturating_sub(GONE_KEPT));
        Ok(Some(seq))
    }

    #[must_use]
    pub fn meeting_changes(&self, now_ms: u64, since_ms: Option<u64>) -> MeetingChanges {
        let since_ms = since_ms.unwrap_or(u64::MAX);
        let changed = self.boards.iter().filter(|(_, board)| board.meeting.head_seq > 0);
        let changed = changed.filter(|(_, board)| board.meeting.changed_at_ms >= since_ms);
        MeetingChanges { now_ms, heads: changed.map(|(id, board)| (id.clone(), board.meeting.head_seq)).collect() }
    }
}
