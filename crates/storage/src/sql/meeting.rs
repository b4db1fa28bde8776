//! The statements about meetings that both SQL engines share, and their rows turned into values.

use super::{board_id, read};
use crate::{Error, MeetingChanges, MeetingPage, MeetingRecord};

/// One row of [`PAGE`] or [`ONE`]: the head, and a record where there is one.
pub(crate) type PageRow = (i64, Option<String>, Option<i64>, Option<String>);

/// The head of a board ($1) and its records after $2; those that are gone only where $2 is a number.
pub(crate) const PAGE: &str = "SELECT meetings.head_seq, records.id, records.seq, records.value FROM meetings \
     LEFT JOIN meeting_records AS records ON records.board_id = meetings.board_id AND records.seq > $2 \
     AND (records.value <> '' OR $2 > 0) WHERE meetings.board_id = $1 ORDER BY records.seq";

/// The head of a board ($1) and one record ($2).
pub(crate) const ONE: &str = "SELECT meetings.head_seq, records.id, records.seq, records.value FROM meetings \
     LEFT JOIN meeting_records AS records ON records.board_id = meetings.board_id AND records.id = $2 \
     WHERE meetings.board_id = $1";

/// How many records a board ($1) has.
pub(crate) const COUNT: &str = "SELECT count(*) FROM meeting_records WHERE board_id = $1 AND value <> ''";

/// Adds a record ($2) to a board ($1) under a number ($3), with its value ($4), unless it is there.
pub(crate) const ADD: &str = "INSERT INTO meeting_records (board_id, id, seq, value) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (board_id, id) DO NOTHING";

/// Puts it in the place of the one that was read under $5.
pub(crate) const REPLACE: &str =
    "UPDATE meeting_records SET seq = $3, value = $4 WHERE board_id = $1 AND id = $2 AND seq = $5";

/// Forgets records of a board ($1) that went at $2 or earlier.
pub(crate) const FORGET_GONE: &str = "DELETE FROM meeting_records WHERE board_id = $1 AND value = '' AND seq <= $2";

/// All records of a board ($1), for its backup.
pub(crate) const ALL: &str =
    "SELECT id, seq, value FROM meeting_records WHERE board_id = $1 AND value <> '' ORDER BY seq";

/// Gives a board ($1) that was restored its head ($2).
pub(crate) const RESTORE_HEAD: &str = "INSERT INTO meetings (board_id, head_seq, changed_at) VALUES ($1, $2, 0)";

/// The boards whose records changed at $1 or later.
pub(crate) const CHANGES: &str = "SELECT board_id, head_seq FROM meetings WHERE changed_at >= $1";

/// A page, from its rows.
pub(crate) fn page(now: i64, rows: Vec<PageRow>) -> Result<MeetingPage, Error> {
    let head_seq = rows.first().map_or(Ok(0), |(head, ..)| read(*head))?;
    let mut records = Vec::with_capacity(rows.len());
    for (_, id, seq, value) in rows {
        if let (Some(id), Some(seq), Some(value)) = (id, seq, value) {
            records.push(record((id, seq, value))?);
        }
    }
    Ok(MeetingPage { head_seq, now_ms: read(now)?, records })
}

/// A record, from a row.
pub(crate) fn record((id, seq, value): (String, i64, String)) -> Result<MeetingRecord, Error> {
    Ok(MeetingRecord { id, seq: read(seq)?, value })
}

/// Changed boards, from their rows.
pub(crate) fn changes(now: i64, rows: Vec<(String, i64)>) -> Result<MeetingChanges, Error> {
    let heads = rows.into_iter().map(|(board, head)| Ok((board_id((board,))?, read(head)?)));
    Ok(MeetingChanges { now_ms: read(now)?, heads: heads.collect::<Result<_, Error>>()? })
}
