-- What people do on a board besides drawing: comment threads, a timer, votes. Each record is one text, which only the
-- gateways read; records are numbered by change, so that whoever knows a number can ask for what is newer.

CREATE TABLE meetings (
    board_id   TEXT    NOT NULL PRIMARY KEY REFERENCES boards (id) ON DELETE CASCADE,
    head_seq   INTEGER NOT NULL,                       -- number of the newest change
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX meetings_by_time ON meetings (changed_at);

CREATE TABLE meeting_records (
    board_id TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    id       TEXT    NOT NULL,
    seq      INTEGER NOT NULL,                         -- number of its last change
    value    TEXT    NOT NULL,                         -- empty: it is gone
    PRIMARY KEY (board_id, id)
) STRICT;
CREATE INDEX meeting_records_by_seq ON meeting_records (board_id, seq);
