-- Versions of boards. Only adds: a service of the release before goes on beside it.

CREATE TABLE versions (
    id         TEXT    NOT NULL PRIMARY KEY,
    board_id   TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    name       TEXT,                               -- absent: made by the service, and thinned as it ages
    author     TEXT,
    created_at INTEGER NOT NULL,
    bytes      BLOB    NOT NULL                    -- the board's whole state
) STRICT;
CREATE INDEX versions_by_board ON versions (board_id, created_at);
