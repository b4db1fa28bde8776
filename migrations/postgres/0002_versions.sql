-- Versions of boards. Only adds: a service of the release before goes on beside it.

CREATE TABLE versions (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    board_id   text COLLATE "C" NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    name       text,                               -- absent: made by the service, and thinned as it ages
    author     text,
    created_at bigint  NOT NULL,
    bytes      bytea   NOT NULL                    -- the board's whole state
);
CREATE INDEX versions_by_board ON versions (board_id, created_at);
